import { z } from 'zod';
import { parsePostalCode } from '@stromgraph/kernel/market-ids';
import { isProblem } from '@stromgraph/kernel/problem';
import { parseInstant } from '@stromgraph/kernel/time';

/** Nobody uses more than a terawatt-hour at one place. */
const MAX_WATT_HOURS = 1_000_000_000_000;

const Text = (max: number) => z.string().trim().min(1).max(max);
/** GraphQL hands over instants, JSON texts; a text must say its offset or Z. */
const Instant = z.preprocess(
  (value) => (typeof value === 'string' ? (parseInstant(value) ?? value) : value),
  z.date({ error: 'is not an instant with an offset or Z' }),
);

const Address = z.strictObject({
  street: Text(200),
  houseNumber: Text(20),
  postalCode: Text(12),
  city: Text(200),
  district: Text(200).nullish(),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'is not an ISO 3166-1 code')
    .default('DE'),
});
const DeliveryAddress = Address.superRefine(({ postalCode, country }, check) => {
  if (country !== 'DE') check.addIssue({ code: 'custom', path: ['country'], message: 'electricity is delivered in DE only' });
  const parsed = parsePostalCode(postalCode);
  if (isProblem(parsed)) check.addIssue({ code: 'custom', path: ['postalCode'], message: `${parsed.reason}: ${parsed.message}` });
});

const Customer = z
  .strictObject({
    kind: z.enum(['INDIVIDUAL', 'BUSINESS']),
    salutation: Text(40).nullish(),
    firstName: Text(100).nullish(),
    lastName: Text(100).nullish(),
    company: Text(200).nullish(),
    email: z.email().max(254).nullish(),
    phone: z
      .string()
      .regex(/^\+[1-9][0-9 ()/-]{4,24}$/, 'is not a phone number with country code')
      .nullish(),
    locale: z.enum(['de-DE', 'en-US']).default('de-DE'),
  })
  .superRefine(({ kind, lastName, company }, check) => {
    if (kind === 'INDIVIDUAL' && !lastName) check.addIssue({ code: 'custom', path: ['lastName'], message: 'a person needs a last name' });
    if (kind === 'BUSINESS' && !company) check.addIssue({ code: 'custom', path: ['company'], message: 'a business needs its name' });
  });

/** A signed contract as a funnel, a partner or an agent hands it over. Check digits are judged later, so that a typing error does not lose a signature. */
export const ImportedContract = z
  .strictObject({
    idempotencyKey: z.string().min(1).max(255),
    funnelId: Text(100).nullish(),
    campaignId: z.uuid(),
    tariffId: z.uuid(),
    customerId: z.uuid().nullish(),
    customer: Customer,
    deliveryAddress: DeliveryAddress,
    billingAddress: Address.nullish(),
    marketLocationId: Text(50).nullish(),
    meterNumber: Text(60).nullish(),
    reason: z.enum(['SUPPLIER_CHANGE', 'MOVE_IN']),
    desiredStartOn: z.iso.date().nullish(),
    expectedWattHours: z.int().min(1).max(MAX_WATT_HOURS),
    iban: Text(50).nullish(),
    mandate: z.strictObject({ reference: Text(35), signedAt: Instant }).nullish(),
    signedAt: Instant,
    signedContractUrl: z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .nullish(),
  })
  .superRefine(({ iban, mandate }, check) => {
    if (mandate && !iban) check.addIssue({ code: 'custom', path: ['iban'], message: 'a mandate needs an account' });
  });
export type ImportedContract = z.infer<typeof ImportedContract>;
