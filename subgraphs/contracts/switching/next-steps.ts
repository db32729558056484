import type { Draft, MaloDraft } from '../drafts/draft.ts';

export type NextStep = Readonly<{
  kind: 'WAIT' | 'EDIT_MALO_DRAFT' | 'APPROVE_MALO_DRAFT' | 'REQUEST_SWITCH' | 'ASK_CUSTOMER' | 'DECIDE';
  explanation: string;
}>;
/** The market's answer; a code means something only with its list. */
export type Refusal = Readonly<{ codeList: string; code: string; reason: string }>;

const AGAIN = step('REQUEST_SWITCH', 'Apply again: the next lawful start is chosen by itself.');
const MEND = step('EDIT_MALO_DRAFT', 'Check market location, meter number and network operator, and mend them.');
const ASK = step('ASK_CUSTOMER', 'Ask the customer: the previous contract may still bind, or somebody else may live there.');

/** What helps after a refusal, by code list and code. */
const HELP: Readonly<Record<string, readonly NextStep[]>> = {
  'E_0622 A02': [MEND],
  'E_0622 A04': [ASK, AGAIN],
  'E_0622 A05': [MEND],
  'E_0622 A06': [step('REQUEST_SWITCH', 'Another application is being answered: apply again when it is over.'), ASK],
  'E_0622 A07': [AGAIN],
  'E_0622 A21': [MEND],
  'E_0622 A24': [MEND],
  'E_0622 A25': [MEND],
  'E_0622 A45': [step('REQUEST_SWITCH', 'Another application is being answered: apply again when it is over.'), ASK],
  'E_0623 A50': [ASK],
  'E_0623 A57': [ASK],
};

/** What staff can do with a draft as it stands. */
export function nextSteps(
  draft: Pick<Draft, 'status' | 'validationFaults'>,
  malo: Pick<MaloDraft, 'status' | 'maloId'>,
  refusal: Refusal | null,
): NextStep[] {
  switch (draft.status) {
    case 'DRAFT':
      if (malo.status === 'EDITED')
        return [step('APPROVE_MALO_DRAFT', 'A second person must approve the edit; then it is validated again.')];
      return draft.validationFaults.length > 0
        ? [step('EDIT_MALO_DRAFT', 'Mend what validation found; then a second person approves it.')]
        : [step('WAIT', 'It is being validated.')];
    case 'VALIDATED':
      return [step('EDIT_MALO_DRAFT', 'The market location is not known: enter its id.')];
    case 'MALO_MAPPED':
      return [step('REQUEST_SWITCH', 'Apply for supply.'), step('EDIT_MALO_DRAFT', 'Enter what is missing.')];
    case 'AWAITING_APPROVAL':
      return [step('APPROVE_MALO_DRAFT', 'A second person must approve the edit.')];
    case 'SWITCH_REQUESTED':
      return [step('WAIT', 'The network operator is being waited for.')];
    case 'SWITCH_FAILED':
      return [...afterRefusal(refusal)];
    case 'CONFIRMED':
      return draft.validationFaults.length > 0
        ? [step('DECIDE', 'The network operator named a meter that cannot be right here: ask it which one hangs there, and exchange ours if it is another.')]
        : [];
    case 'REJECTED':
      return [step('ASK_CUSTOMER', 'It is given up. If the customer still wants supply, import a new contract.')];
    default:
      return [];
  }
}

const afterRefusal = (refusal: Refusal | null): readonly NextStep[] =>
  (refusal && HELP[`${refusal.codeList} ${refusal.code}`]) ?? [
    step(
      'DECIDE',
      refusal ? `Nothing is known here of ${refusal.codeList} ${refusal.code}: ${refusal.reason}` : 'The market refused without a reason.',
    ),
    MEND,
    AGAIN,
  ];

function step(kind: NextStep['kind'], explanation: string): NextStep {
  return { kind, explanation };
}
