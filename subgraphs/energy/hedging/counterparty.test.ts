import { expect, test } from 'vitest';
import { faultsOfAnother, faultsOfEic, faultsOfName } from './counterparty.ts';

test.each([
  ['a balancing group', '11XSTROMGRAPH--B', null],
  ['another check character', '11XSTROMGRAPH--C', 'CHECKDIGIT'],
  ['an area', '10YDE-EON------1', 'type Y'],
  ['15 characters', '11XSTROMGRAPH--', '16 characters'],
  ['small letters', '11xstromgraph--b', ''],
  ['nothing', '', '16 characters'],
])('as the EIC of a counterparty, %s', (_, eic, fault) => {
  const faults = faultsOfEic('eic', eic);
  if (fault === null) expect(faults).toEqual([]);
  else expect(faults).toMatchObject([{ path: 'eic', allowed: 'an EIC of type X: 16 characters, such as 11XSTROMGRAPH--B' }]);
});

const known = [{ name: 'EEX', eic: '11XSTROMGRAPH--B', knownAt: new Date(0), knownBy: 'x' }];
test.each([
  ['is as it is known', { name: 'EEX', eic: '11XSTROMGRAPH--B' }, []],
  ['is new', { name: 'Trading', eic: '11XSWKIEL------G' }, []],
  ['has another EIC', { name: 'EEX', eic: '11XSWKIEL------G' }, [{ path: 'eic', fault: 'is not the EIC of EEX', allowed: '11XSTROMGRAPH--B' }]],
  ['has the EIC of another', { name: 'Trading', eic: '11XSTROMGRAPH--B' }, [{ path: 'eic', fault: '11XSTROMGRAPH--B is the EIC of EEX', allowed: 'that of Trading' }]],
])('a counterparty that %s', (_, counterparty, faults) => {
  expect(faultsOfAnother('eic', counterparty, known)).toMatchObject(faults);
});

test.each([['EEX', 0], ['', 1], [' EEX', 1], ['x'.repeat(200), 0], ['x'.repeat(201), 1]])('the name %j has %i faults', (name, count) => {
  expect(faultsOfName('name', name)).toHaveLength(count);
});
