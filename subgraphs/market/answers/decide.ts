import { CODES, type CodeMeaning } from './codes.ts';

/** An answer by its identifier, or its kind where it has none: 55002 confirms, 55003 rejects, … */
export type Answer = Readonly<{ pruefidentifikator: string; codeList: string | null; code: string | null }>;
export type Decision = Readonly<{ means: CodeMeaning['means'] | 'UNKNOWN'; reason: string }>;

/** The lists whose code may say the opposite of the identifier: to be refused because the contract has ended anyway is consent. */
const LIST_OVERRULES_IDENTIFIER = new Set(['E_0614']);
/** Answers to schedules have a list of their own. */
const SCHEDULE_LIST = 'ESS_REASON';
type Says = Readonly<{ says: CodeMeaning['means']; to: string }>;
const yes = (to: string): Says => ({ says: 'CONSENT', to });
const no = (to: string): Says => ({ says: 'REJECTION', to });
/** What each answer says, and to which message. */
const ANSWERS: Readonly<Record<string, Says>> = {
  '55002': yes('55001'), '55005': yes('55004'), '55017': yes('55016'), '55023': yes('55022'), SCHEDULE_CONFIRMATION: yes('SCHEDULE'),
  '55003': no('55001'), '55006': no('55004'), '55018': no('55016'), '55024': no('55022'), SCHEDULE_ANOMALY: no('SCHEDULE'),
};
const ANSWERED = new Set(Object.values(ANSWERS).map(({ to }) => to));
const answerOf = (identifier: string): Says | undefined => (Object.hasOwn(ANSWERS, identifier) ? ANSWERS[identifier] : undefined);

/** What an answer means. Identifier and code must agree; what is not known or contradicts itself is for a person, never a silent yes. */
export function decide({ pruefidentifikator, codeList, code }: Answer): Decision {
  const says = answerOf(pruefidentifikator)?.says;
  if (says === undefined) return unknown(`${pruefidentifikator || 'a message without identifier'} is not an answer that we know`);
  const meaning = codeList !== null && code !== null && Object.hasOwn(CODES, codeList) && Object.hasOwn(CODES[codeList]!, code) ? CODES[codeList]![code] : undefined;
  if (!meaning) return unknown(`the code ${code ?? '(none)'} of the list ${codeList ?? '(none)'} is not known`);
  if ((codeList === SCHEDULE_LIST) !== isAnswerTo('SCHEDULE', pruefidentifikator)) return unknown(`${pruefidentifikator} does not speak in codes of ${codeList}`);
  if (meaning.means !== says && !LIST_OVERRULES_IDENTIFIER.has(codeList!)) return unknown(`${pruefidentifikator} and the code ${code} of ${codeList} contradict each other`);
  return meaning;
}

/** Whether we know the answers' meaning at all: 55002 and its kind; anything else that comes in is not an answer to an application. */
export const isAnswer = (pruefidentifikator: string): boolean => answerOf(pruefidentifikator) !== undefined;

/** Whether it answers a message of this type: a confirmed schedule confirms no application. */
export const isAnswerTo = (messageType: string, pruefidentifikator: string): boolean => answerOf(pruefidentifikator)?.to === messageType;

/** Whether the market answers messages of this type; others are only acknowledged. */
export const getsAnswer = (messageType: string): boolean => ANSWERED.has(messageType);

const unknown = (what: string): Decision => ({ means: 'UNKNOWN', reason: `For a person to decide: ${what}.` });
