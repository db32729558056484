import type { Addresses } from './run.ts';
import type { Settings } from './settings.ts';

const SIGN_INS = [
  ['admin@demo.test', 'everything'],
  ['trader@demo.test', 'positions, trades, forecasts'],
  ['agent@demo.test', 'customers, contracts, readings, messages'],
  ['billing@demo.test', 'billing runs and invoices'],
  ['ops@demo.test', 'market messages, queues, dead letters'],
] as const;

/** What somebody who has just typed `npm start` needs to know. */
export function welcome({ gateway, simulators }: Addresses, { demo, dataFolder }: Settings): string {
  const rows = [
    ['start here', gateway.url],
    ['GraphQL', gateway.graphql],
    ['subscriptions', gateway.websocket],
    ...Object.entries(simulators).map(([name, { url }]) => [`simulator ${name}`, url]),
    ['data and logs', dataFolder],
  ];
  const signIns = demo ? ['', 'Sign in with the password demo as', ...SIGN_INS.map(([email, may]) => `  ${email.padEnd(20)} ${may}`)] : [];
  const tries = ['', 'To try', `  open ${gateway.url} in a browser: the state of all parts, example operations, a position drawn live`, `  docs/operations/ holds the same operations as files; Ctrl-C ends everything`];
  return ['', ...rows.map(([name, value]) => `  ${name!.padEnd(24)} ${value}`), ...signIns, ...tries, ''].join('\n');
}
