import { join } from 'node:path';

/** What stands beside ours: proxies that bound it from above, gateways that do the same work. */
export type Kind = Readonly<{ name: string; file: string; parameters?: readonly string[]; peer?: boolean }>;

const here = (name: string) => join(import.meta.dirname, `${name}.child.ts`);
const peer = (name: string) => join(import.meta.dirname, '..', 'peers', `${name}.child.ts`);

export const KINDS: readonly Kind[] = [
  { name: 'raw', file: here('raw') },
  { name: 'raw that parses', file: here('raw'), parameters: ['parse'] },
  { name: 'ours', file: here('ours') },
  { name: 'stock', file: here('stock') },
  { name: 'Mercurius', file: peer('mercurius'), peer: true },
  { name: 'Hive (Rust planner)', file: peer('hive'), peer: true },
];

/** Ours over another, at least. */
export type Goal = Readonly<{ shape: string; over: string; atLeast: number }>;

export const GOALS: readonly Goal[] = [
  { shape: 'S', over: 'stock', atLeast: 6 },
  { shape: 'M', over: 'stock', atLeast: 6 },
  { shape: 'L', over: 'stock', atLeast: 5 },
  { shape: 'S', over: 'Hive (Rust planner)', atLeast: 8 },
  { shape: 'M', over: 'Hive (Rust planner)', atLeast: 8 },
  { shape: 'L', over: 'Hive (Rust planner)', atLeast: 4 },
  { shape: 'S', over: 'Mercurius', atLeast: 1 },
  { shape: 'M', over: 'Mercurius', atLeast: 1 },
  { shape: 'L', over: 'Mercurius', atLeast: 1 },
  { shape: 'S', over: 'raw', atLeast: 0.5 },
  { shape: 'M', over: 'raw', atLeast: 0.4 },
  { shape: 'L', over: 'raw', atLeast: 0.15 },
  { shape: 'L', over: 'raw that parses', atLeast: 0.5 },
];
