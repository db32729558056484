/** Tells others the prices of a published campaign; subject `<campaign id>:<line after which to go on>`. */
export const ANNOUNCE_PRICES = 'ANNOUNCE_PRICES';
/** Takes back what a broken-off import left; subject is the campaign's id. */
export const DISCARD_CAMPAIGN = 'DISCARD_CAMPAIGN';
