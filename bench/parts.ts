export type Part = Readonly<{ stop: () => Promise<unknown> }>;
/** Remembers a part, so that it is stopped when the bench is over, however it ends. */
export type Start = <Started extends Part>(part: Promise<Started>) => Promise<Started>;

/** Runs a measurement and ends its parts in the opposite order, also when it fails or is interrupted. */
export async function withParts(measure: (start: Start) => Promise<void>): Promise<void> {
  const parts: Part[] = [];
  const stopAll = async (): Promise<void> => {
    for (let part = parts.pop(); part; part = parts.pop()) await part.stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stopAll().finally(() => process.exit(130)));
  try {
    await measure(async (part) => {
      const started = await part;
      parts.push(started);
      return started;
    });
  } finally {
    await stopAll();
  }
}
