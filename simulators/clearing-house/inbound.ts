import { createHash } from 'node:crypto';
import type { Outcome } from './catalogue.ts';
import { identifierOf, maloOf, partnerOf, type Envelope, type Fault } from './envelope.ts';
import { gridAreaOf, locationOf, masterDataOf } from './master-data.ts';
import { sumsOf, type SumsDiffer } from './sums.ts';

export type Acknowledgement = {
  status: 'DELIVERED' | 'NACK' | 'VALIDATION_ERROR';
  faults: Fault[];
  code?: string;
  reason?: string;
};
export type Payload =
  | { type: 'ACKNOWLEDGEMENT'; acknowledgement: object }
  | { type: 'MARKET_MESSAGE'; nachricht: Envelope }
  | { type: 'MALO_IDENT'; result: object };

/** What the clearing house has for us, as it is called back and polled. */
export type Inbound = { id: string; cursor: number; ticketId: string | null; occurredAt: string } & Payload;

export const shortHash = (...parts: readonly (string | number)[]) =>
  createHash('sha256').update(parts.join('\u0000')).digest('hex').slice(0, 24);

/** The missing field is one that every message has; a partner that cannot read it answers Z29. */
export const NACK: Acknowledgement = {
  status: 'NACK',
  faults: [],
  code: 'Z29',
  reason: 'Erforderliche Angabe für diesen Anwendungsfall fehlt',
};

export function acknowledge(envelope: Envelope, { status, faults, code, reason }: Acknowledgement): Payload {
  const { vorgangsnummer = null, dokumentennummer = null } = envelope.transaktionsdaten;
  return {
    type: 'ACKNOWLEDGEMENT',
    acknowledgement: {
      status,
      pruefidentifikator: identifierOf(envelope) || null,
      vorgangsnummer,
      dokumentennummer,
      ...(status === 'DELIVERED' && { edifactHash: createHash('sha256').update(JSON.stringify(envelope)).digest('hex') }),
      ...(code !== undefined && { code, reason }),
      faults,
    },
  };
}

/** The market's answer in the market's own words. Only a confirmed start of supply carries the master data. */
export function answerTo(
  envelope: Envelope,
  { outcome, ticketId, occurredAt, smartMeters, sumsDiffer }: { outcome: Outcome; ticketId: string; occurredAt: string; smartMeters: number; sumsDiffer: SumsDiffer | null },
): Payload {
  const { vorgangsnummer, sparte = 'STROM', vertragsbeginn, vertragsende, zeitintervall, fahrplanversion, monat, absender } = envelope.transaktionsdaten;
  const identifier = 'nachrichtentyp' in outcome ? outcome.nachrichtentyp : outcome.pruefidentifikator;
  const malo = maloOf(envelope);
  const area = gridAreaOf(envelope);
  const sender = ANSWERED_BY_RECEIVER.has(identifier) ? envelope.transaktionsdaten['empfaenger'] : undefined;
  const location = malo === undefined ? {} : { MARKTLOKATION: [locationOf(malo, area, addressOf(envelope))] };
  return {
    type: 'MARKET_MESSAGE',
    nachricht: {
      stammdaten: contentOf(),
      transaktionsdaten: {
        ...('nachrichtentyp' in outcome ? { nachrichtentyp: identifier } : { pruefidentifikator: identifier }),
        ...(outcome.code !== undefined && { antwortstatus: outcome.code, antwortstatusCodeliste: outcome.codeList }),
        ...(vertragsbeginn !== undefined && { vertragsbeginn }),
        ...(vertragsende !== undefined && { vertragsende }),
        ...(zeitintervall !== undefined && { zeitintervall, fahrplanversion }),
        ...(monat !== undefined && { monat }),
        sparte,
        vorgangsnummer: `NB${shortHash('vorgang', ticketId)}`,
        dokumentennummer: `NB${shortHash('dokument', ticketId)}`,
        referenzVorgangsnummer: vorgangsnummer,
        nachrichtendatum: occurredAt,
        absender:
          partnerOf(sender) === undefined ? { rollencodenummer: area.dsoCode, rollencodetyp: 'BDEW', marktrolle: 'NB' } : sender,
        empfaenger: absender,
      },
      zusatzdaten: { ...envelope.zusatzdaten, eventname: outcome.eventname },
    },
  };

  function contentOf(): Envelope['stammdaten'] {
    if (identifier === '55002') return masterDataOf(envelope, smartMeters);
    return identifier === '13003' ? sumsOf(envelope, { differ: sumsDiffer, formedAt: occurredAt }) : location;
  }
}

/** Not the network operator, but the old supplier or the transmission system operator. */
const ANSWERED_BY_RECEIVER = new Set(['55017', '55018', '13003', 'SCHEDULE_CONFIRMATION', 'SCHEDULE_ANOMALY']);

const addressOf = ({ stammdaten }: Envelope) => (stammdaten['MARKTLOKATION']?.[0]?.['lokationsadresse'] ?? {}) as object;
