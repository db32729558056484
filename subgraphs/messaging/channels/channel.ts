export const CHANNELS = ['EMAIL', 'SMS', 'PUSH', 'IN_APP', 'SLACK'] as const;
export type Channel = (typeof CHANNELS)[number];

/** The channels on which customers can be reached today; the others have no adapter yet. */
export const CUSTOMER_CHANNELS: readonly Channel[] = ['EMAIL'];
/** Staff read in the application; a stored message has arrived. */
export const STAFF_CHANNELS: readonly Channel[] = ['IN_APP'];
