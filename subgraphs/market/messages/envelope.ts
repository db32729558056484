/** BO4E-like business objects in the three blocks that the clearing house takes and gives. */
export type Envelope = Readonly<{
  stammdaten: Readonly<Record<string, readonly Fields[]>>;
  transaktionsdaten: Fields;
  zusatzdaten: Fields;
}>;
export type Fields = Readonly<Record<string, unknown>>;

/** The text at a place inside fields; null when there is none. */
export function textAt(fields: Fields | undefined, ...path: string[]): string | null {
  let at: unknown = fields;
  for (const step of path) at = typeof at === 'object' && at !== null ? (at as Fields)[step] : undefined;
  return typeof at === 'string' && at !== '' ? at : null;
}

export const firstOf = (envelope: Envelope, kind: string): Fields | undefined => envelope.stammdaten[kind]?.[0];
