import { expect, test } from 'vitest';
import { maloFault, meloFault } from '../world/identifiers.ts';
import { start } from './under-test.ts';

const IDENT = { identificationDateTime: '2026-11-23T23:00:00Z', energyDirection: 'consumption' };

test.each([
  [
    'an address',
    {
      identificationParameterAddress: { address: { zipCode: '90402', city: 'Nürnberg', street: 'Königstraße', houseNumber: 1 } },
    },
    true,
  ],
  ['a given MaLo', { identificationParameterId: { maloId: '57685676748' } }, true],
  ['a wrong MaLo', { identificationParameterId: { maloId: '57685676749' } }, false],
  ['an unknown postal code', { identificationParameterAddress: { address: { zipCode: '12117', city: 'Berlin' } } }, false],
])('identification by %s', async (_, parameters, isFound) => {
  const house = await start();
  const { status } = await house.call('POST', '/v1/malo-ident', { ...IDENT, ...parameters }, 'k');
  expect(status).toBe(202);
  await house.idle();
  const [{ type, result }] = await house.inbound();
  expect(type).toBe('MALO_IDENT');
  if (!isFound) return expect(result).toMatchObject({ decisionTree: 'E_0594', responseCode: 'A10', reason: expect.any(String) });
  expect(maloFault(result.dataMarketLocation.maloId)).toBeNull();
  expect(meloFault(result.dataMeterLocations[0].meloId)).toBeNull();
});

test('identification refuses a request without anything to look for', async () => {
  const house = await start();
  expect((await house.call('POST', '/v1/malo-ident', IDENT, 'k')).status).toBe(400);
});
