import { SCHEDULE_ANSWER } from './schedule.ts';
import { SUMS } from './sums.ts';

/** What a message cannot do without. */
export type Need = 'malo' | 'start' | 'end' | 'reason' | 'schedule' | 'sums';

/** An answer of the market: by its identifier, or its kind where it has none. A code means something only together with its list. */
export type Outcome = Readonly<({ pruefidentifikator: string } | { nachrichtentyp: string }) & { eventname: string; codeList?: string; code?: string }>;
export type Answerable = Readonly<{ confirmation: Outcome; rejections: readonly Outcome[] }>;
type Entry = Readonly<{ needs: readonly Need[]; answer?: Answerable }>;

/** Undefined for what the clearing house does not take. */
export function entryOf(identifier: string): Entry | undefined {
  return Object.hasOwn(CATALOGUE, identifier) ? CATALOGUE[identifier] : undefined;
}

const noStart = (codeList: string, code: string): Outcome => ({
  pruefidentifikator: '55003',
  eventname: 'ABLEHNUNG_LIEFERBEGINN',
  codeList,
  code,
});

/** Lead time missed. */
export const TOO_LATE = noStart('E_0622', 'A07');
/** Another application is in progress. */
export const IN_PROGRESS = noStart('E_0622', 'A06');
/** What is to be cancelled is not known. */
export const NOTHING_TO_CANCEL: Outcome = {
  pruefidentifikator: '55024',
  eventname: 'ABLEHNUNG_STORNIERUNG',
  codeList: 'E_0615',
  code: 'A02',
};

const block = (eventname: string): Answerable => ({
  confirmation: { pruefidentifikator: '19116', eventname: `BESTAETIGUNG_${eventname}` },
  rejections: [{ pruefidentifikator: '19117', eventname: `ABLEHNUNG_${eventname}` }],
});

/** Every message that the clearing house takes, by Prüfidentifikator or kind. Without an answer it is only acknowledged. */
const CATALOGUE: Readonly<Record<string, Entry>> = {
  '55001': {
    needs: ['malo', 'start', 'reason'],
    answer: {
      confirmation: { pruefidentifikator: '55002', eventname: 'BESTAETIGUNG_LIEFERBEGINN', codeList: 'E_0623', code: 'A51' },
      rejections: [
        ...['A02', 'A04', 'A05', 'A21', 'A24'].map((code) => noStart('E_0622', code)),
        ...['A50', 'A57'].map((code) => noStart('E_0623', code)),
      ],
    },
  },
  '55004': {
    needs: ['malo', 'end'],
    answer: {
      confirmation: { pruefidentifikator: '55005', eventname: 'BESTAETIGUNG_LIEFERENDE', codeList: 'E_0607', code: 'A11' },
      rejections: [{ pruefidentifikator: '55006', eventname: 'ABLEHNUNG_LIEFERENDE', codeList: 'E_0607', code: 'A02' }],
    },
  },
  '55016': {
    needs: ['malo', 'end'],
    answer: {
      confirmation: { pruefidentifikator: '55017', eventname: 'BESTAETIGUNG_KUENDIGUNG', codeList: 'E_0614', code: 'A09' },
      rejections: [{ pruefidentifikator: '55018', eventname: 'ABLEHNUNG_KUENDIGUNG', codeList: 'E_0614', code: 'A05' }],
    },
  },
  '55022': {
    needs: [],
    answer: {
      confirmation: { pruefidentifikator: '55023', eventname: 'BESTAETIGUNG_STORNIERUNG', codeList: 'E_0615', code: 'A09' },
      rejections: [NOTHING_TO_CANCEL],
    },
  },
  '17115': { needs: ['malo'], answer: block('SPERRUNG') },
  '17117': { needs: ['malo'], answer: block('ENTSPERRUNG') },
  ...Object.fromEntries(
    [
      '17113',
      '17132',
      '17133',
      '39000',
      '13003',
      '21005',
      '55011',
      '55012',
      '55109',
      '55156',
      '55220',
      'USAGE_REQUEST',
    ].map((identifier) => [identifier, { needs: [] }]),
  ),
  SCHEDULE: { needs: ['schedule'], answer: SCHEDULE_ANSWER },
  MABIS_REPORT: { needs: ['sums'], answer: { confirmation: SUMS, rejections: [] } },
};
