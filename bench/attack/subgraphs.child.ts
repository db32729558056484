// The attacked graph's subgraphs, in a process of their own.
import { ATTACKED } from '@stromgraph/gateway/attacks/attacked-graph';
import { startToy } from '@stromgraph/gateway/toys/toy';
import { serve } from '../child.ts';

const toys = await Promise.all(ATTACKED.map((definition) => startToy(definition)));
serve({ urls: Object.fromEntries(toys.map(({ name, url }) => [name, url])) }, { end: () => Promise.all(toys.map((toy) => toy.stop())) });
