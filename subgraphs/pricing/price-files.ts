// Rows of files and request bodies, one by one, so that a large one never sits in memory.
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { parse } from 'csv-parse';

/** A line that is longer than this is no row. */
const MAX_LINE = 65_536;

/** JSON objects, one a line; empty lines are left out. A line that is no JSON comes as text, so that it is refused by its number. */
export async function* rowsOfNdjson(source: Readable): AsyncGenerator<unknown> {
  // readline waits for the end of a line without a limit: this watches what comes in.
  const guarded = source.compose(async function* (chunks: AsyncIterable<Buffer>) {
    let length = 0;
    for await (const chunk of chunks) {
      const last = chunk.lastIndexOf(10);
      length = last === -1 ? length + chunk.length : chunk.length - last;
      if (length > MAX_LINE) throw Object.assign(new Error(`a line is longer than ${MAX_LINE} bytes`), { statusCode: 400 });
      yield chunk;
    }
  }) as Readable;
  guarded.setEncoding('utf8');
  for await (const line of createInterface({ input: guarded, crlfDelay: Infinity })) {
    if (line.trim() === '') continue;
    yield parseJson(line);
  }
}

/** Rows of a CSV file with a header in snake_case (`postal_code`), as objects in camelCase. */
export async function* rowsOfCsv(source: Readable): AsyncGenerator<Record<string, string>> {
  const parser = source.pipe(
    parse({ columns: (names: string[]) => names.map(toCamel), bom: true, trim: true, skip_empty_lines: true, max_record_size: MAX_LINE }),
  );
  source.once('error', (error) => parser.destroy(error));
  for await (const row of parser) yield row;
}

const toCamel = (name: string) => name.trim().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}
