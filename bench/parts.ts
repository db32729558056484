export type Part = Readonly<{ stop: () => Promise<unknown> }>;
/** Remembers a part, so that it is stopped when the bench is over, however it ends. */
export type Start = <Started extends Part>(part: Promise<Started>) => Promise<Started>;

const INTERRUPTED = 130;

/** Runs a measurement and ends its parts in the opposite order, also when it fails or is interrupted; what is just starting is waited for. */
export async function withParts(measure: (start: Start) => Promise<void>): Promise<void> {
  const parts: Promise<Part>[] = [];
  let stopping: Promise<void> | undefined;
  const stopAll = (): Promise<void> =>
    (stopping ??= (async () => {
      for (const starting of parts.toReversed()) await starting.then((part) => part.stop(), () => {});
    })());
  const interrupt = () => void stopAll().finally(() => process.exit(INTERRUPTED));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupt);
  try {
    await measure(async (part) => {
      parts.push(part);
      if (!stopping) return part;
      await part.then((late) => late.stop(), () => {});
      throw new Error('interrupted');
    });
  } finally {
    await stopAll();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupt);
  }
}
