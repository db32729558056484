import { reader, type Fields } from './own.ts';
import type { Path } from './run.ts';

export type Flatten = (data: unknown) => Fields[];

type Step = ((object: Fields) => unknown) | null; // null is "@", every element

/** Collects the objects at a plan's path. `@` is every element at any depth of lists; nulls are left out. */
export function compileFlatten(path: Path): Flatten {
  const steps = path.map((part): Step => (part === '@' ? null : reader(String(part))));
  return (data) => {
    const found: Fields[] = [];
    collect(data, steps, 0, found);
    return found;
  };
}

function collect(value: unknown, steps: readonly Step[], from: number, found: Fields[]): void {
  let here = value;
  for (let i = from; i < steps.length; i++) {
    if (typeof here !== 'object' || here === null) return;
    if (Array.isArray(here)) {
      const next = steps[i] === null ? i + 1 : i;
      for (const element of here) collect(element, steps, next, found);
      return;
    }
    const step = steps[i];
    if (step) here = step(here as Fields);
  }
  if (typeof here !== 'object' || here === null) return;
  if (Array.isArray(here)) for (const element of here) collect(element, steps, steps.length, found);
  else found.push(here as Fields);
}

/** The client's path of every wanted object at a plan's path; walked only when there is an error to place. */
export function placesOf(data: unknown, path: Path, wanted: ReadonlySet<object>): Map<object, Path[]> {
  const places = new Map<object, Path[]>();
  locate(data, path, 0, [], wanted, places);
  return places;
}

function locate(
  here: unknown,
  path: Path,
  from: number,
  walked: (string | number)[],
  wanted: ReadonlySet<object>,
  places: Map<object, Path[]>,
): void {
  if (typeof here !== 'object' || here === null) return;
  if (Array.isArray(here)) {
    const next = path[from] === '@' ? from + 1 : from;
    for (const [index, element] of here.entries()) locate(element, path, next, [...walked, index], wanted, places);
    return;
  }
  if (from === path.length) {
    if (!wanted.has(here)) return;
    const known = places.get(here);
    if (known) known.push(walked);
    else places.set(here, [walked]);
    return;
  }
  const key = String(path[from]);
  if (key === '@') return locate(here, path, from + 1, walked, wanted, places);
  locate(reader(key)(here as Fields), path, from + 1, [...walked, key], wanted, places);
}
