import { Gauge, type Registry } from 'prom-client';

type Value = number | boolean;

/** One number, or one per value of a label, that is read when /metrics is asked for and costs nothing before. */
export type Reading = Readonly<{ name: string; help: string }> &
  (Readonly<{ read: () => Value }> | Readonly<{ label: string; readEach: () => Iterable<readonly [string, Value]> }>);

export function registerGauges(registry: Registry, readings: readonly Reading[]): void {
  for (const reading of readings) {
    const { name, help } = reading;
    const labelNames = 'label' in reading ? [reading.label] : [];
    new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      collect() {
        if ('read' in reading) return this.set(Number(reading.read()));
        this.reset();
        for (const [of, value] of reading.readEach()) this.set({ [reading.label]: of }, Number(value));
      },
    });
  }
}

/** Limits by name, those of fields and groups flattened: what is in force, beside what it has refused. */
export function* numbersOf(limits: object, prefix = ''): Iterable<readonly [string, number]> {
  for (const [name, value] of Object.entries(limits)) {
    if (typeof value === 'number') yield [prefix + name, value];
    else if (typeof value === 'object' && value !== null && !Array.isArray(value)) yield* numbersOf(value as object, `${prefix}${name}.`);
  }
}
