import { BERLIN } from '@stromgraph/kernel/time';

const LOCAL = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/;

/** What to say of a time without an offset: in Berlin it may not exist, or exist twice. Empty for everything else. */
export function localTimeFault(text: string): string {
  if (!LOCAL.test(text)) return '';
  const local = parse(text);
  if (!local) return '';
  const [earlier, later] = (['earlier', 'later'] as const).map((disambiguation) => local.toZonedDateTime(BERLIN, { disambiguation }));
  if (earlier!.epochMilliseconds === later!.epochMilliseconds) return ': the offset is missing';
  if (earlier!.toPlainDateTime().equals(local)) return `: that hour comes twice, as ${earlier!.offset} and ${later!.offset}`;
  return ': that hour does not exist, clocks go forward';
}

function parse(text: string): Temporal.PlainDateTime | null {
  try {
    return Temporal.PlainDateTime.from(text);
  } catch {
    return null;
  }
}
