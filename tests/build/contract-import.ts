import { newId } from '@stromgraph/kernel/ids';

export type Place = Readonly<{ postalCode: string; city: string; district?: string | null }>;

export const anAddressIn = ({ postalCode, city, district }: Place) => ({ street: 'Musterweg', houseNumber: '7', postalCode, city, ...(district ? { district } : {}) });

let counter = 0;

/** A MaLo id with a right check digit (market-rules section 1), another each time. */
export function aMaloId(): string {
  const base = `5${String(Date.now() % 1_000_000).padStart(6, '0')}${String((counter += 1)).padStart(3, '0')}`;
  const sum = [...base].reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 1 : 2), 0);
  return `${base}${(10 - (sum % 10)) % 10}`;
}

/** What a sales channel sends for a household that changes its supplier. */
export function aPersonalImport(given: { campaignId: string; tariffId: string; address: object; signedAt?: string } & Record<string, unknown>): Record<string, unknown> {
  const maloId = aMaloId();
  return {
    idempotencyKey: newId(), reason: 'SUPPLIER_CHANGE', marketLocationId: maloId, meterNumber: `1EMH00${maloId.slice(0, 10)}`, expectedWattHours: 3_500_000, iban: 'DE89370400440532013000',
    customer: { kind: 'INDIVIDUAL', salutation: 'MS', firstName: 'Mia', lastName: 'Journey', email: 'mia.journey@example.test', phone: '+4943112345' },
    deliveryAddress: given.address, signedAt: '2026-11-09T08:30:00Z',
    ...Object.fromEntries(Object.entries(given).filter(([key]) => key !== 'address')),
  };
}
