import { readDay } from '../world/berlin.ts';
import { GRID_AREAS, type GridArea } from '../world/grid-areas.ts';
import { PLACES } from '../world/places.ts';
import { chance, digits, pick } from '../world/random.ts';
import { maloOf, type Envelope } from './envelope.ts';

type Address = { postleitzahl?: unknown; ort?: unknown; ortsteil?: unknown };

/** The grid area of a message: by postal code and town, else any one, always the same for the MaLo. */
export function gridAreaOf(envelope: Envelope): GridArea {
  const address = envelope.stammdaten['MARKTLOKATION']?.[0]?.['lokationsadresse'] as Address | undefined;
  return (
    gridAreaAt({ postalCode: address?.postleitzahl, towns: [address?.ortsteil, address?.ort] }) ??
    pick(GRID_AREAS, 'grid area', maloOf(envelope) ?? '')
  );
}

/** Null where nobody supplies a network. Where a postal code lies in two areas, the district decides, then the order of the list. */
export function gridAreaAt({ postalCode, towns }: { postalCode: unknown; towns: readonly unknown[] }): GridArea | null {
  const places = PLACES.filter((place) => place.postalCode === postalCode);
  const place =
    places.find(({ district }) => towns.includes(district)) ?? places.find(({ city }) => towns.includes(city)) ?? places[0];
  return GRID_AREAS.find(({ gridArea }) => gridArea === place?.gridArea) ?? null;
}

export const meterNumberOf = (malo: string) => `1SGM00${digits(8, 'meter', malo)}`;
export const meloOf = (malo: string, { dsoNumber }: GridArea, postalCode: string) =>
  `DE${dsoNumber}${postalCode}${malo.padStart(20, '0')}`;

/** What the network operator knows of a market location that it assigns to us; `smartMeters` is the share of those that deliver quarter hours. */
export function masterDataOf(envelope: Envelope, smartMeters: number): Envelope['stammdaten'] {
  const { stammdaten, transaktionsdaten } = envelope;
  const malo = maloOf(envelope) as string;
  const area = gridAreaOf(envelope);
  const ours = (kind: string, field: string) => stammdaten[kind]?.[0]?.[field];
  const address = (ours('MARKTLOKATION', 'lokationsadresse') ?? {}) as Address;
  const postalCode =
    typeof address.postleitzahl === 'string' && /^\d{5}$/.test(address.postleitzahl)
      ? address.postleitzahl
      : firstPostalCodeOf(area);
  const profile = ours('BILANZIERUNG', 'lastprofil') ?? 'H25';
  const smart = chance('smart meter', malo) < smartMeters;
  return {
    MARKTLOKATION: [locationOf(malo, area, address)],
    MESSLOKATION: [
      {
        boTyp: 'MESSLOKATION',
        versionStruktur: '1',
        messlokationsId: meloOf(malo, area, postalCode),
        messstellenbetreibercodenr: area.meteringOperatorCode,
      },
    ],
    ZAEHLER: [
      {
        boTyp: 'ZAEHLER',
        versionStruktur: '1',
        zaehlernummer: ours('ZAEHLER', 'zaehlernummer') ?? meterNumberOf(malo),
        zaehlertyp: ours('ZAEHLER', 'zaehlertyp') ?? (smart ? 'INTELLIGENTES_MESSSYSTEM' : 'MODERNE_MESSEINRICHTUNG'),
        zaehlwerke: [{ obisKennzahl: '1-0:1.8.0', richtung: 'AUSSP', einheit: 'KWH' }],
      },
    ],
    BILANZIERUNG: [
      {
        boTyp: 'BILANZIERUNG',
        versionStruktur: '1',
        bilanzkreis: ours('BILANZIERUNG', 'bilanzkreis') ?? null,
        bilanzierungsbeginn: readDay(transaktionsdaten['vertragsbeginn']),
        lastprofil: profile,
        jahresverbrauchsprognose: ours('BILANZIERUNG', 'jahresverbrauchsprognose') ?? null,
        zeitreihentyp: 'SLS',
      },
    ],
  };
}

/** The market location alone, as a rejection names it. */
export function locationOf(malo: string, { dsoCode, gridArea, controlArea }: GridArea, address: object): Record<string, unknown> {
  return {
    boTyp: 'MARKTLOKATION',
    versionStruktur: '1',
    marktlokationsId: malo,
    sparte: 'STROM',
    energierichtung: 'AUSSP',
    bilanzierungsmethode: 'SLP',
    netzebene: 'NSP',
    netzbetreibercodenr: dsoCode,
    bilanzierungsgebiet: gridArea,
    regelzone: controlArea,
    lokationsadresse: address,
  };
}

const firstPostalCodeOf = (area: GridArea) => PLACES.find(({ gridArea }) => gridArea === area.gridArea)?.postalCode as string;
