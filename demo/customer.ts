// Who is supplied: people and businesses that do not exist, at addresses in real towns.
import { ibanOf, demoId } from './identifiers.ts';
import type { Random } from './random.ts';
import { MEN, WOMEN } from './words/first-names.ts';
import { LAST_NAMES } from './words/last-names.ts';
import { BRANCHES, BUSINESSES, FARMS, LEGAL_FORMS } from './words/trades.ts';

export type DemoParty = Readonly<{
  customerId: string;
  kind: 'INDIVIDUAL' | 'BUSINESS';
  salutation: 'Frau' | 'Herr';
  firstName: string;
  lastName: string;
  /** Null for a private person. */
  company: string | null;
  email: string;
  phone: string | null;
  locale: 'de-DE' | 'en-US';
  /** Null for somebody who pays by bank transfer. */
  iban: string | null;
  profile: 'H25' | 'G25' | 'L25';
  expectedKwh: number;
  /** A business's places beside its first one, each with an account of its own below the customer's; empty for most. */
  branches: readonly string[];
}>;

const BUSINESS_SHARE = 0.12;
const FARM_SHARE = 0.14;
const TREE_SHARE = 0.2;
const SEPA_SHARE = 0.78;
/** Numbers that the regulator keeps free for films. */
const FILM_NUMBERS = ['+4930231250', '+49221471089', '+49406696900', '+49699000900', '+49899999800'] as const;
const FILM_MOBILE = '+4917139200';

export function partyOf({ index, idBaseMs, random }: { index: number; idBaseMs: number; random: Random }): DemoParty {
  const isBusiness = random.chance(BUSINESS_SHARE);
  const isWoman = random.chance(0.5);
  const [firstName, lastName] = [random.pick<string>(isWoman ? WOMEN : MEN), random.pick<string>(LAST_NAMES)];
  const common = {
    customerId: demoId('customer', idBaseMs, index),
    salutation: isWoman ? ('Frau' as const) : ('Herr' as const),
    firstName,
    lastName,
    phone: random.chance(0.7) ? phoneOf(random) : null,
    locale: random.chance(0.96) ? ('de-DE' as const) : ('en-US' as const),
    iban: random.chance(SEPA_SHARE) ? ibanOf(index) : null,
  };
  if (!isBusiness) {
    const email = `${ascii(firstName)}.${ascii(lastName)}.${index + 1}@mail.example.test`;
    return { ...common, kind: 'INDIVIDUAL', company: null, email, profile: 'H25', expectedKwh: householdKwh(random), branches: [] };
  }
  const { company, profile, expectedKwh } = random.chance(FARM_SHARE) ? farmOf(lastName, random) : businessOf(lastName, random);
  const branches = profile === 'G25' && random.chance(TREE_SHARE) ? BRANCHES.slice(1, random.whole(2, BRANCHES.length)) : [];
  return { ...common, kind: 'BUSINESS', company, email: `info@${ascii(company).replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-+|-+$/g, '')}-${index + 1}.example.test`, profile, expectedKwh, branches };
}

function businessOf(lastName: string, random: Random) {
  const [trade, fromKwh, untilKwh] = random.pick(BUSINESSES);
  return { company: `${trade} ${lastName} ${random.pick(LEGAL_FORMS)}`, profile: 'G25' as const, expectedKwh: roundTo(10, random.whole(fromKwh, untilKwh)) };
}

const farmOf = (lastName: string, random: Random) => ({ company: `${random.pick(FARMS)} ${lastName}`, profile: 'L25' as const, expectedKwh: roundTo(10, random.whole(6_000, 28_000)) });

/** Half of the households use less than 2,750 kWh, a few with a heat pump or a car far more. */
const householdKwh = (random: Random) => roundTo(10, Math.min(Math.max(2_750 * Math.exp(0.42 * random.normal()), 900), 14_000));

const phoneOf = (random: Random) => (random.chance(0.6) ? `${FILM_MOBILE}${two(random)}` : `${random.pick(FILM_NUMBERS)}${two(random)}`);
const two = (random: Random) => String(random.whole(0, 100)).padStart(2, '0');
const roundTo = (step: number, value: number) => Math.round(value / step) * step;

/** For addresses of the internet. */
export const ascii = (text: string): string =>
  text.toLocaleLowerCase('de').replaceAll('ä', 'ae').replaceAll('ö', 'oe').replaceAll('ü', 'ue').replaceAll('ß', 'ss').replaceAll('ı', 'i').normalize('NFD').replaceAll(/[^\x20-\x7e]/g, '');
