import { expect, test } from 'vitest';
import { readConfirmation } from './confirmation.ts';

const said = (changes: { start?: string; location?: object; meterType?: string } = {}) => ({
  stammdaten: {
    MARKTLOKATION: [{ marktlokationsId: '41373559241', netzbetreibercodenr: '9999000100012', bilanzierungsgebiet: '11YSTROM-NORD--9', ...changes.location }],
    MESSLOKATION: [{ messstellenbetreibercodenr: '9999000200010' }],
    ZAEHLER: [{ zaehlernummer: '1EMH0012345678', zaehlertyp: changes.meterType ?? 'MODERNE_MESSEINRICHTUNG' }],
    BILANZIERUNG: [{ lastprofil: 'H25' }],
  },
  transaktionsdaten: { vertragsbeginn: changes.start ?? '2026-12-01', absender: { rollencodenummer: '9999000100020' } },
  zusatzdaten: {},
});

// German midnight is 23:00Z in winter and 22:00Z in summer.
test.each([
  ['2026-12-01', '2026-12-01'],
  ['2026-11-30T23:00:00Z', '2026-12-01'],
  ['2026-06-30T22:00:00Z', '2026-07-01'],
])('a start written as %s is the day %s', (start, day) => expect(readConfirmation(said({ start }))?.startOn).toBe(day));

test('a smart meter is read by the quarter hour', () => {
  expect(readConfirmation(said())?.meteringKind).toBe('PROFILE');
  expect(readConfirmation(said({ meterType: 'INTELLIGENTES_MESSSYSTEM' }))?.meteringKind).toBe('INTERVAL');
});

test('what nobody may guess must be said', () => {
  expect(readConfirmation(said({ location: { bilanzierungsgebiet: undefined } }))).toBeNull();
  expect(readConfirmation(said({ start: 'soon' }))).toBeNull();
  expect(readConfirmation(said({ location: { netzbetreibercodenr: undefined } }))?.gridOperatorCode).toBe('9999000100020');
});
