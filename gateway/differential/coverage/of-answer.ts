import { nullPlace, type ErrorPath, type Outcome } from '../outcome.ts';
import { FAULTS } from '../world/faults.ts';
import { EVENTS } from '../world/world.ts';

/** Where nulls stand, how far they climb, and where errors come from. */
export const OF_ANSWER = [
  'a null field',
  'a null in a list',
  'a null in a list of lists',
  'a null that climbs to a field',
  'a null that climbs to a list element',
  'a null that climbs to the root',
  'an error in a list',
  'an error of several places',
  'data beside errors',
  ...EVENTS,
  ...FAULTS,
] as const;

type Feature = (typeof OF_ANSWER)[number];

export function featuresOfAnswer({ data, errors, completion }: Outcome, events: ReadonlySet<string>): Set<Feature> {
  const found = new Set<Feature>([...events] as Feature[]);
  noteNulls(data, 0, found);
  const paths = [...errors.flatMap(({ path }) => (path ? [path] : [])), ...completion];
  for (const path of paths) {
    const climbed = climb(data, path);
    if (climbed) found.add(climbed);
    if (path.some((part) => typeof part === 'number')) found.add('an error in a list');
  }
  const messages = errors.map(({ message }) => message);
  if (new Set(messages).size < messages.length) found.add('an error of several places');
  if (paths.length > 0 && data !== null) found.add('data beside errors');
  return found;
}

function noteNulls(value: unknown, lists: number, found: Set<Feature>): void {
  if (value === null) found.add(lists > 1 ? 'a null in a list of lists' : lists > 0 ? 'a null in a list' : 'a null field');
  if (typeof value !== 'object' || value === null) return;
  const depth = Array.isArray(value) ? lists + 1 : 0;
  for (const inner of Object.values(value)) noteNulls(inner, depth, found);
}

function climb(data: unknown, path: ErrorPath): Feature | null {
  const place = nullPlace(data, path);
  if (place === undefined) return null;
  const parts = JSON.parse(place) as ErrorPath;
  if (parts.length === path.length) return null;
  if (parts.length === 0) return 'a null that climbs to the root';
  return typeof parts.at(-1) === 'number' ? 'a null that climbs to a list element' : 'a null that climbs to a field';
}
