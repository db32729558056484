import { expect, test } from 'vitest';
import { refusalOf } from './refusal.ts';

const anna = { kind: 'CUSTOMER' as const, optedOut: [], suppressed: [] };
const legal = { legal: true, hasAddress: true };
const friendly = { legal: false, hasAddress: true };

test.each([
  ['a customer by mail', anna, 'EMAIL', friendly, null],
  ['a customer who opted out', { ...anna, optedOut: ['EMAIL'] }, 'EMAIL', friendly, 'OPTED_OUT'],
  ['the same, but the law demands it', { ...anna, optedOut: ['EMAIL'] }, 'EMAIL', legal, null],
  ['an address that bounced, even if the law demands it', { ...anna, suppressed: ['EMAIL'] }, 'EMAIL', legal, 'SUPPRESSED'],
  ['a customer without an address', anna, 'EMAIL', { legal: true, hasAddress: false }, 'NO_ADDRESS'],
  ['a customer by SMS', anna, 'SMS', friendly, 'NO_ADAPTER'],
  ['a customer in the application', anna, 'IN_APP', friendly, 'NO_ADAPTER'],
  ['staff in the application', { ...anna, kind: 'STAFF' }, 'IN_APP', { legal: false, hasAddress: false }, null],
  ['staff by mail', { ...anna, kind: 'STAFF' }, 'EMAIL', friendly, 'NO_ADAPTER'],
] as const)('%s', (_, recipient, channel, about, refusal) => expect(refusalOf(recipient as never, channel, about)).toBe(refusal));
