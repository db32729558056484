import { CODES, type CodeMeaning } from './codes.ts';

/** An answer by its identifier: 55002 confirms, 55003 rejects, … */
export type Answer = Readonly<{ pruefidentifikator: string; codeList: string | null; code: string | null }>;
export type Decision = Readonly<{ means: CodeMeaning['means'] | 'UNKNOWN'; reason: string }>;

/** The lists whose code may say the opposite of the identifier: to be refused because the contract has ended anyway is consent. */
const LIST_OVERRULES_IDENTIFIER = new Set(['E_0614']);
const SAYS: Readonly<Record<string, CodeMeaning['means']>> = {
  '55002': 'CONSENT', '55005': 'CONSENT', '55017': 'CONSENT', '55023': 'CONSENT',
  '55003': 'REJECTION', '55006': 'REJECTION', '55018': 'REJECTION', '55024': 'REJECTION',
};

/** What an answer means. Identifier and code must agree; what is not known or contradicts itself is for a person, never a silent yes. */
export function decide({ pruefidentifikator, codeList, code }: Answer): Decision {
  const says = SAYS[pruefidentifikator];
  if (says === undefined) return unknown(`${pruefidentifikator || 'a message without identifier'} is not an answer that we know`);
  const meaning = codeList !== null && code !== null && Object.hasOwn(CODES, codeList) && Object.hasOwn(CODES[codeList]!, code) ? CODES[codeList]![code] : undefined;
  if (!meaning) return unknown(`the code ${code ?? '(none)'} of the list ${codeList ?? '(none)'} is not known`);
  if (meaning.means !== says && !LIST_OVERRULES_IDENTIFIER.has(codeList!)) return unknown(`${pruefidentifikator} and the code ${code} of ${codeList} contradict each other`);
  return meaning;
}

/** Whether we know the answers' meaning at all: 55002 and its kind; anything else that comes in is not an answer to an application. */
export const isAnswer = (pruefidentifikator: string): boolean => Object.hasOwn(SAYS, pruefidentifikator);

const unknown = (what: string): Decision => ({ means: 'UNKNOWN', reason: `For a person to decide: ${what}.` });
