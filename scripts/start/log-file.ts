import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync } from 'node:fs';

const LOOK_MS = 500;
const MAX_READ_BYTES = 1_000_000;
const ERROR_LEVELS = new Set([50, 60]);

/** The log of the run before stays beside the new one: it may say why that run ended. */
export function keepLast(file: string): void {
  if (existsSync(file)) renameSync(file, `${file}.1`);
}

/** Reads what is added to a log and reports its errors; everything else stays in the file. */
export function followErrors(file: string, onError: (line: string) => void): { stop: () => void } {
  let position = 0;
  let rest = '';
  const look = () => {
    const chunk = readFrom(file, position);
    position += chunk.length;
    const lines = (rest + chunk.toString('utf8')).split('\n');
    rest = lines.pop()!.slice(-MAX_READ_BYTES);
    for (const line of lines) {
      const error = errorIn(line);
      if (error) onError(error);
    }
  };
  const timer = setInterval(look, LOOK_MS).unref();
  return {
    stop: () => {
      clearInterval(timer);
      look();
    },
  };
}

/** The message of a structured line of level error or worse. */
function errorIn(line: string): string | null {
  if (!line.includes('"level":50') && !line.includes('"level":60')) return null;
  try {
    const { level, msg, err } = JSON.parse(line) as { level: number; msg?: string; err?: { message?: string } };
    return ERROR_LEVELS.has(level) ? [msg, err?.message].filter(Boolean).join(': ') : null;
  } catch {
    return null;
  }
}

/** The end of a log as people read it. */
export function lastLines(file: string, count: number): string {
  const text = readFrom(file, Math.max(0, sizeOf(file) - 20_000)).toString('utf8');
  return text.split('\n').filter((line) => line.trim()).slice(-count).map((line) => errorIn(line) ?? line.slice(0, 400)).join('\n');
}

function readFrom(file: string, position: number): Buffer {
  const descriptor = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(Math.max(0, Math.min(fstatSync(descriptor).size - position, MAX_READ_BYTES)));
    return buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, position));
  } finally {
    closeSync(descriptor);
  }
}

function sizeOf(file: string): number {
  const descriptor = openSync(file, 'r');
  try {
    return fstatSync(descriptor).size;
  } finally {
    closeSync(descriptor);
  }
}
