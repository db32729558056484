// What conventions say of a name needs no words in a schema file; a reader of the graph gets them all the same.
import { type ASTNode, type DocumentNode, Kind, type StringValueNode, visit } from 'graphql';

/** Adds a description to what the house names alike everywhere, where its own schema file says nothing. */
export function describePlumbing(document: DocumentNode): DocumentNode {
  let owner = '';
  const mutations = mutationsOf(document);
  const described = <Node extends ASTNode & { description?: StringValueNode | undefined }>(node: Node, text: string | undefined): Node | undefined =>
    node.description || text === undefined ? undefined : { ...node, description: { kind: Kind.STRING, value: text } };
  return visit(document, {
    ObjectTypeDefinition: {
      enter: (node) => {
        owner = node.name.value;
        return described(node, ofType(owner, mutations));
      },
    },
    InterfaceTypeDefinition: { enter: ({ name }) => void (owner = name.value) },
    InputObjectTypeDefinition: {
      enter: (node) => {
        owner = node.name.value;
        return described(node, ofType(owner, mutations));
      },
    },
    UnionTypeDefinition: { enter: (node) => described(node, ofType(node.name.value, mutations)) },
    FieldDefinition: { enter: (node) => described(node, ofField(owner, node.name.value)) },
    InputValueDefinition: { enter: (node) => described(node, ofValue(node.name.value)) },
  });
}

function mutationsOf(document: DocumentNode): ReadonlySet<string> {
  const types = document.definitions.filter((node) => node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION);
  return new Set(types.filter(({ name }) => name.value === 'Mutation').flatMap(({ fields = [] }) => fields.map(({ name }) => name.value)));
}

/** `BillingRun` as `billing runs`, `SwitchBoardEntry` as `switch board entries`; what is named in the plural stays. */
const inWords = (name: string): string =>
  `${name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase()}s`.replace(/(?<=[^aeiou])ys$/, 'ies').replace(/(ch|sh|x)s$/, '$1es').replace(/ss$/, 's');

function ofType(name: string, mutations: ReadonlySet<string>): string | undefined {
  const [, stem, role] = /^(\w+)(Connection|Edge|Result|Success|Input)$/.exec(name) ?? [];
  if (!stem) return ROOTS[name];
  const mutation = `${stem[0]!.toLowerCase()}${stem.slice(1)}`;
  if (role === 'Input') return mutations.has(mutation) ? `What \`${mutation}\` is to do.` : undefined;
  if (role === 'Connection') return `A page of a list of ${inWords(stem)}.`;
  if (role === 'Edge') return 'One item of a page, with its place in the list.';
  if (role === 'Result') return `What comes of \`${mutation}\`: its success, or the problem that kept it from it.`;
  return `\`${mutation}\` was done.`;
}

const ROOTS: Readonly<Record<string, string>> = {
  Query: 'What can be asked.',
  Mutation: 'What can be done. Each takes one input and answers with its success or with a problem.',
  Subscription: 'What can be watched: the state first, then each change.',
};

const OF_PAGES: Readonly<Record<string, string>> = {
  edges: 'The items of this page, each with its place in the list.',
  nodes: 'The items of this page.',
  pageInfo: 'Where this page ends.',
  node: 'The item.',
  cursor: 'Its place in the list: give it as `after` to read on from here.',
};

function ofField(owner: string, name: string): string | undefined {
  if (/(Connection|Edge)$/.test(owner)) return OF_PAGES[name];
  return OF_ANY[name];
}

const OF_ANY: Readonly<Record<string, string>> = {
  id: 'Identifies it within the graph.',
  message: 'The problem in one sentence, for people.',
  seq: 'Rises with each event of the stream; give the last one as `afterSeq` to resume.',
  committedAt: 'When the change that this event tells of was committed.',
  reset: 'True when this is the whole state and not a change to it.',
};

const OF_VALUES: Readonly<Record<string, string>> = {
  first: 'At most so many items.',
  after: 'The cursor after which the page begins; the beginning without it.',
  id: 'Which one.',
  from: 'From here on, included.',
  until: 'Up to here, excluded.',
  filter: 'Only what fits all of it.',
  input: 'What is to be done.',
  afterSeq: 'The last `seq` that was received: the stream goes on behind it. Without it the whole state comes first.',
  maxHz: 'At most so many events a second; the latest state wins.',
  idempotencyKey: 'Chosen by the caller, 1 to 255 characters: the same key with the same input is done once.',
};

const ofValue = (name: string): string | undefined => OF_VALUES[name];
