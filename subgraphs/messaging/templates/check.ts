import { fault, type InputFault } from '@stromgraph/kernel/problem';
import type { Liquid } from 'liquidjs';
import { KINDS } from './format.ts';
import { GIVEN_ALWAYS, htmlEngine, render, textEngine } from './render.ts';
import type { TemplateDraft, Variable } from './template.ts';

const PARTS = [['subject', textEngine], ['html', htmlEngine], ['text', textEngine]] as const;
const SOMEBODY = { firstName: 'Änne', lastName: 'Großmann', company: null, email: 'aenne@example.test', phone: null };

/** Everything that would go wrong when the template is sent: it is tried with its own examples. */
export function faultsOf(draft: TemplateDraft): InputFault[] {
  const declared = draft.variables.map(({ name }) => name);
  const faults = [
    ...(draft.channel === 'EMAIL' && (draft.subject === null || draft.html === null) ? [fault(draft.subject === null ? 'subject' : 'html', 'a mail needs subject, html and text')] : []),
    ...draft.variables.flatMap(faultsOfVariable),
    ...declared.filter((name, index) => declared.indexOf(name) !== index).map((name) => fault('variables', `${name} is declared twice`)),
    ...PARTS.flatMap(([part, engine]) => (draft[part] === null ? [] : faultsOfPart(engine, part, draft[part], [...declared, ...GIVEN_ALWAYS]))),
  ];
  return faults.length > 0 ? faults : faultsOfExample(draft);
}

function faultsOfVariable({ name, kind, example }: Variable, index: number): InputFault[] {
  if ((GIVEN_ALWAYS as readonly string[]).includes(name)) return [fault(`variables.${index}.name`, `${name} is given to every template`)];
  return KINDS[kind].is(example) ? [] : [fault(`variables.${index}.example`, 'is not of its kind', KINDS[kind].allowed)];
}

function faultsOfPart(engine: Liquid, part: string, source: string, known: readonly string[]): InputFault[] {
  try {
    return engine.globalVariablesSync(engine.parse(source)).filter((name) => !known.includes(name)).map((name) => fault(part, `uses ${name}, which is not declared`, known.join(', ')));
  } catch (error) {
    return [fault(part, error instanceof Error ? error.message : String(error), 'Liquid')];
  }
}

function faultsOfExample(draft: TemplateDraft): InputFault[] {
  const given = Object.fromEntries(draft.variables.map(({ name, example }) => [name, example]));
  try {
    const { subject } = render(draft, { variables: draft.variables, given, contact: SOMEBODY, locale: draft.locale, sender: 'Stromgraph' });
    return subject === '' ? [fault('subject', 'is empty with the examples')] : [];
  } catch (error) {
    return [fault('text', `cannot be rendered with the examples: ${error instanceof Error ? error.message : String(error)}`)];
  }
}
