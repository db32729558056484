import { z } from 'zod';
import { businessNow } from '@stromgraph/kernel/clock';
import { requireActor } from '@stromgraph/kernel/auth';
import { transact } from '@stromgraph/kernel/database';
import { isId } from '@stromgraph/kernel/ids';
import { parseInput } from '@stromgraph/kernel/input';
import { type IdentifierInvalid, parseBdewCode, parseMaloId, parseMarketPartner, parseMeterNumber } from '@stromgraph/kernel/market-ids';
import { fault, type InputInvalid, invalid, isProblem, problem } from '@stromgraph/kernel/problem';
import type { DomainContext } from '../context.ts';
import type { ContractDraftNotFound, MaloDraft, MaloDraftChanged } from '../drafts/draft.ts';
import { type ContractState, refuseStep, type StateForbidsIt } from '../drafts/transitions.ts';
import { lockDraft, moveDraft } from '../store/drafts.ts';
import { insertMaloDraft, latestMaloDraft } from '../store/malo-drafts.ts';
import { recordEvent } from './record-event.ts';

const identifier = (parse: (text: string) => string | IdentifierInvalid) =>
  z.string().transform((text, check) => {
    const parsed = parse(text);
    if (!isProblem(parsed)) return parsed;
    check.addIssue({ code: 'custom', message: `${parsed.reason}: ${parsed.message}` });
    return z.NEVER;
  });
const Edit = z.object({
  draftId: z.string(),
  version: z.int().min(1),
  maloId: identifier(parseMaloId).nullish(),
  gridOperatorCode: identifier(parseBdewCode).nullish(),
  meteringOperatorCode: identifier(parseBdewCode).nullish(),
  ownMeteringOperator: z.boolean().nullish(),
  meterNumber: identifier(parseMeterNumber).nullish(),
  previousProviderCode: identifier(parseMarketPartner).nullish(),
  previousAnnualWattHours: z.int().min(0).nullish(),
  possibleChangeOn: z.iso.date().nullish(),
});
type Edit = z.infer<typeof Edit>;

/** From these an edit leads to an approval; a draft that failed validation stays one and is validated again. */
const STEPS_TO_APPROVAL: Partial<Record<ContractState, readonly ContractState[]>> = {
  DRAFT: [],
  AWAITING_APPROVAL: [],
  VALIDATED: ['MALO_MAPPED', 'AWAITING_APPROVAL'],
  MALO_MAPPED: ['AWAITING_APPROVAL'],
  SWITCH_FAILED: ['MALO_MAPPED', 'AWAITING_APPROVAL'],
};

/** Writes a new version of what is known of the market location; another person must approve it. */
export async function editMaloDraft(
  ctx: DomainContext,
  given: unknown,
): Promise<{ contractId: string } | ContractDraftNotFound | MaloDraftChanged | StateForbidsIt | InputInvalid> {
  const edit = parseInput(Edit as z.ZodType<Edit>, given);
  if (isProblem(edit)) return edit;
  const { draftId } = edit;
  const actor = requireActor(ctx.actor);
  return transact(ctx.db, async (tx) => {
    const draft = isId(draftId) ? await lockDraft(tx, draftId) : null;
    if (!draft) return problem('ContractDraftNotFound', `There is no draft ${draftId}.`, { draftId });
    const { contractId, customerId, status } = draft;
    const steps = STEPS_TO_APPROVAL[status];
    if (!steps) return refuseStep(status, 'AWAITING_APPROVAL')!;
    const known = await latestMaloDraft(tx, contractId);
    if (known.version !== edit.version)
      return problem('MaloDraftChanged', `Version ${known.version} is the newest, not ${edit.version}.`, { version: known.version });
    const at = await businessNow(tx);
    const next = edited(known, edit, actor.id, at);
    if (status === 'VALIDATED' && next.maloId === null)
      return invalid([fault('maloId', 'is what is missing here', '11 digits with their check digit')]);
    await insertMaloDraft(tx, next);
    for (const to of steps) {
      await moveDraft(tx, contractId, to, at);
      if (to === 'MALO_MAPPED' && status === 'VALIDATED')
        await recordEvent(tx, ctx.keyring, {
          contractId,
          customerId,
          type: 'MALO_MAPPED',
          actor: actor.id,
          at,
          payload: { maloId: next.maloId, version: next.version },
        });
    }
    const { draftId: _id, version: _version, ...changes } = edit;
    await recordEvent(tx, ctx.keyring, {
      contractId,
      customerId,
      type: 'MANUAL_EDIT',
      actor: actor.id,
      at,
      payload: { version: next.version, changes },
    });
    return { contractId };
  });
}

function edited(known: MaloDraft, edit: Edit, editedBy: string, editedAt: Date): MaloDraft {
  return {
    ...known,
    version: known.version + 1,
    maloId: edit.maloId ?? known.maloId,
    gridOperatorCode: edit.gridOperatorCode ?? known.gridOperatorCode,
    meteringOperatorCode: edit.meteringOperatorCode ?? known.meteringOperatorCode,
    ownMeteringOperator: edit.ownMeteringOperator ?? known.ownMeteringOperator,
    meterNumber: edit.meterNumber ?? known.meterNumber,
    previousProviderCode: edit.previousProviderCode ?? known.previousProviderCode,
    previousAnnualWattHours: edit.previousAnnualWattHours == null ? known.previousAnnualWattHours : BigInt(edit.previousAnnualWattHours),
    possibleChangeOn: edit.possibleChangeOn ?? known.possibleChangeOn,
    status: 'EDITED',
    editedBy,
    editedAt,
    approvedBy: null,
    approvedAt: null,
  };
}
