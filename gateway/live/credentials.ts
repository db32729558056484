import type { Identified, Identify } from '../auth.ts';
import { isFields } from '../execute/own.ts';

/** `authorization` as the specification has it; GraphiQL sends its headers as they were typed. */
export function identifyBy(identify: Identify, payload: unknown): Identified | Promise<Identified> {
  const given = new Map(Object.entries(isFields(payload) ? payload : {}).map(([key, value]) => [key.toLowerCase(), value]));
  const text = (key: string) => {
    const value = given.get(key);
    return typeof value === 'string' ? value : undefined;
  };
  return identify(text('authorization'), text('x-api-key'));
}
