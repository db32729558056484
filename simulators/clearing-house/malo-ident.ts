import { instantOf, toInstantText } from '../world/berlin.ts';
import { GRID_AREAS, type GridArea } from '../world/grid-areas.ts';
import { makeMalo, maloFault } from '../world/identifiers.ts';
import { PLACES } from '../world/places.ts';
import { digits, pick } from '../world/random.ts';
import { gridAreaAt, meloOf, meterNumberOf } from './master-data.ts';

type Address = { zipCode?: string; city?: string; district?: string; street?: string; houseNumber?: number | string };

/** The request of the API-Webdienste, as far as it is looked at. */
export type IdentRequest = {
  identificationDateTime: string;
  energyDirection: 'consumption' | 'production';
  identificationParameterId?: { maloId?: string; meterNumbers?: string[] };
  identificationParameterAddress?: { name?: object; address?: Address };
};

export const IDENT_BODY = {
  type: 'object',
  required: ['identificationDateTime', 'energyDirection'],
  anyOf: [{ required: ['identificationParameterId'] }, { required: ['identificationParameterAddress'] }],
  properties: {
    identificationDateTime: { type: 'string', format: 'date-time' },
    energyDirection: { enum: ['consumption', 'production'] },
    identificationParameterId: {
      type: 'object',
      properties: { maloId: { type: 'string' }, meterNumbers: { type: 'array', items: { type: 'string' } } },
    },
    identificationParameterAddress: {
      type: 'object',
      properties: {
        address: {
          type: 'object',
          properties: { zipCode: { type: 'string' }, city: { type: 'string' }, street: { type: 'string' } },
        },
      },
    },
  },
} as const;

const KNOWN_SINCE = toInstantText(instantOf('2020-01-01'));

/** Finds the market location of an address or confirms a given one; otherwise says no, with the code of its decision tree. */
export function identify(request: IdentRequest, rejectedByChance: boolean): object {
  const given = request.identificationParameterId?.maloId;
  const address = request.identificationParameterAddress?.address;
  const meterNumber = request.identificationParameterId?.meterNumbers?.[0];
  const area = address
    ? gridAreaAt({ postalCode: address.zipCode, towns: [address.district, address.city] })
    : pick(GRID_AREAS, 'grid area', given ?? meterNumber ?? '');
  if (!area) return refusal('The postal code is not supplied by any network operator.', GRID_AREAS[0] as GridArea);
  if (given !== undefined && maloFault(given)) return refusal('The market location id is not well-formed.', area);
  if (given === undefined && !address && meterNumber === undefined) return refusal('Nothing was given to look for.', area);
  if (rejectedByChance) return refusal('Several market locations match.', area);
  const malo = given ?? maloAt(address, meterNumber);
  const postalCode = address?.zipCode ?? (PLACES.find(({ gridArea }) => gridArea === area.gridArea)?.postalCode as string);
  const partner = (marketPartnerId: string) => [{ marketPartnerId, executionTimeFrom: KNOWN_SINCE }];
  return {
    dataMarketLocation: {
      maloId: malo,
      energyDirection: request.energyDirection,
      measurementTechnologyClassification: 'conventionalMeasuringSystem',
      dataMarketLocationNetworkOperators: partner(area.dsoCode),
      dataMarketLocationMeasuringPointOperators: partner(area.meteringOperatorCode),
      dataMarketLocationTransmissionSystemOperators: partner(area.tsoCode),
      ...(address && { dataMarketLocationAddress: address }),
    },
    dataMeterLocations: [{ meloId: meloOf(malo, area, postalCode), meterNumber: meterNumber ?? meterNumberOf(malo) }],
  };
}

/** The same address, or the same meter, always leads to the same market location. */
function maloAt(address: Address | undefined, meterNumber: string | undefined): string {
  const where = address ? [address.zipCode, address.city, address.street, address.houseNumber].join('|').toLowerCase() : '';
  return makeMalo(`5${digits(9, 'malo', where, meterNumber ?? '')}`);
}

const refusal = (reason: string, { dsoCode }: GridArea) => ({
  decisionTree: 'E_0594',
  responseCode: 'A10',
  reason,
  networkOperator: dsoCode,
});
