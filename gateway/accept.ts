export const RESPONSE_TYPE = 'application/graphql-response+json';
export const JSON_TYPE = 'application/json';
export const EVENTS_TYPE = 'text/event-stream';

export type AnswerType = typeof RESPONSE_TYPE | typeof JSON_TYPE;

/**
 * The type to answer with, or null where the client takes neither. Clients from before the new type get JSON, and with
 * it status 200 for every well-formed request; those that ask for the new type get true statuses.
 */
export function chooseType(accept: string | undefined): AnswerType | null {
  if (accept === undefined || accept === '*/*' || accept === JSON_TYPE) return JSON_TYPE;
  if (accept === RESPONSE_TYPE) return RESPONSE_TYPE;
  const ranges = accept.split(',').map(toRange);
  const wish = { [RESPONSE_TYPE]: quality(ranges, [RESPONSE_TYPE]), [JSON_TYPE]: quality(ranges, [JSON_TYPE, 'application/*', '*/*']) };
  if (wish[RESPONSE_TYPE] > 0 && wish[RESPONSE_TYPE] >= wish[JSON_TYPE]) return RESPONSE_TYPE;
  return wish[JSON_TYPE] > 0 ? JSON_TYPE : null;
}

/** Whether the client takes subscriptions as server-sent events. */
export function takesEvents(accept: string | undefined): boolean {
  return accept !== undefined && accept.includes(EVENTS_TYPE) && quality(accept.split(',').map(toRange), [EVENTS_TYPE]) > 0;
}

type Range = Readonly<{ media: string; quality: number }>;

function toRange(text: string): Range {
  const [media = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const stated = parameters.find((parameter) => parameter.startsWith('q='));
  return { media, quality: stated === undefined ? 1 : Number(stated.slice(2)) || 0 };
}

/** Of the most particular name that the client states. */
function quality(ranges: readonly Range[], names: readonly string[]): number {
  for (const name of names) {
    const range = ranges.find(({ media }) => media === name);
    if (range) return range.quality;
  }
  return 0;
}
