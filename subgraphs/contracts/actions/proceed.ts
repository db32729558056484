import { businessNow } from '@stromgraph/kernel/clock';
import type { Tx } from '@stromgraph/kernel/database';
import { schedule } from '@stromgraph/kernel/due';
import { choosePlace } from '@stromgraph/kernel/place';
import { type Keyring, unseal } from '@stromgraph/kernel/seal';
import { parseMaloId, parseMeterNumber } from '@stromgraph/kernel/market-ids';
import { type InputFault, isProblem } from '@stromgraph/kernel/problem';
import { dayOf } from '@stromgraph/kernel/time';
import type { Draft, MaloDraft } from '../drafts/draft.ts';
import { PROCEED } from '../drafts/due-kinds.ts';
import { SYSTEM } from '../drafts/trail.ts';
import { validate } from '../drafts/validate.ts';
import { meterElsewhere } from '../store/applications.ts';
import { lockDraft, moveDraft, saveValidation } from '../store/drafts.ts';
import { knownPlaces, knownTariff } from '../store/known-offers.ts';
import { latestMaloDraft } from '../store/malo-drafts.ts';
import { inUseElsewhere } from '../switching/missing.ts';
import { supplyStart } from '../switching/start-of-supply.ts';
import { recordEvent } from './record-event.ts';
import { stopSubmissionClock } from './submission-clock.ts';
import { submitSwitch } from './submit-switch.ts';

/** Takes the one next step that needs nobody, and plans the one after it. A draft that waits for somebody stays as it is. */
export async function proceed(tx: Tx, keyring: Keyring, contractId: string): Promise<void> {
  const draft = await lockDraft(tx, contractId);
  switch (draft?.status) {
    case 'DRAFT':
      return validateDraft(tx, keyring, draft);
    case 'VALIDATED':
      return mapMarketLocation(tx, keyring, draft);
    case 'MALO_MAPPED':
      return void (await submitSwitch(tx, keyring, draft, SYSTEM)); // what is missing stands on the switch board
    default:
      return;
  }
}

async function validateDraft(tx: Tx, keyring: Keyring, draft: Draft): Promise<void> {
  const { contractId, customerId, price, postalCode, city, district } = draft;
  const malo = await latestMaloDraft(tx, contractId);
  if (malo.status === 'EDITED') return; // its approval brings it back here
  const at = await businessNow(tx);
  const { outcome, faults } = validate({
    ...malo,
    iban: await unseal(tx, keyring, customerId, draft.sealedIban),
    expectedWattHours: draft.expectedWattHours,
    tariff: await knownTariff(tx, price.tariffId),
    meterElsewhere: await findMeterElsewhere(tx, draft, malo, at),
    placeKnown: !isProblem(choosePlace(await knownPlaces(tx, postalCode), { postalCode, city, district })),
  });
  await saveValidation(tx, contractId, faults);
  await recordEvent(tx, keyring, {
    contractId,
    customerId,
    type: outcome === 'PASSED' ? 'VALIDATION_PASSED' : 'VALIDATION_FAILED',
    actor: SYSTEM,
    at,
    payload: { outcome, faults },
  });
  if (outcome === 'MENDABLE') return;
  await moveDraft(tx, contractId, outcome === 'PASSED' ? 'VALIDATED' : 'REJECTED', at);
  if (outcome === 'PASSED') await schedule(tx, { kind: PROCEED, subject: contractId, dueAt: at });
  else await stopSubmissionClock(tx, contractId);
}

/** What is written wrong is said as such; without a market location nothing can be elsewhere. */
async function findMeterElsewhere(tx: Tx, { desiredStartOn }: Draft, malo: MaloDraft, at: Date): Promise<InputFault | null> {
  const [maloId, meterNumber] = [parseMaloId(malo.maloId ?? ''), parseMeterNumber(malo.meterNumber ?? '')];
  if (isProblem(maloId) || isProblem(meterNumber)) return null;
  const elsewhere = await meterElsewhere(tx, { maloId, meterNumber }, supplyStart({ sentOn: dayOf(at), desiredStartOn }));
  return elsewhere && inUseElsewhere(elsewhere);
}

async function mapMarketLocation(tx: Tx, keyring: Keyring, { contractId, customerId }: Draft): Promise<void> {
  const { maloId, version } = await latestMaloDraft(tx, contractId);
  if (maloId === null) return;
  const at = await businessNow(tx);
  await moveDraft(tx, contractId, 'MALO_MAPPED', at);
  await recordEvent(tx, keyring, { contractId, customerId, type: 'MALO_MAPPED', actor: SYSTEM, at, payload: { maloId, version } });
  await schedule(tx, { kind: PROCEED, subject: contractId, dueAt: at });
}
