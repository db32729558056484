import { type ConstDirectiveNode, type DocumentNode, Kind, type ObjectTypeDefinitionNode, type ObjectTypeExtensionNode } from 'graphql';

type Service = Readonly<{ name: string; typeDefs: DocumentNode }>;
type ObjectNode = ObjectTypeDefinitionNode | ObjectTypeExtensionNode;

const ROOTS = new Set(['Query', 'Mutation', 'Subscription']);

/** Every entry says who may use it: root fields, entity types (by their one owner), and what other domains add to an entity, which is nullable. */
export function scopeFaults(name: string, typeDefs: DocumentNode, services: readonly Service[]): string[] {
  return objectsOf(typeDefs).flatMap((type) => {
    if (ROOTS.has(type.name.value))
      return (type.fields ?? []).flatMap((field) => [
        ...(has(field, 'scope') ? [] : [`${name}: ${type.name.value}.${field.name.value} has no @scope`]),
        ...(type.name.value !== 'Subscription' && field.type.kind === Kind.NON_NULL_TYPE ? [`${name}: ${type.name.value}.${field.name.value} must be nullable: a domain that is down costs its own fields only`] : []),
      ]);
    if (!has(type, 'key')) return [];
    const reads = readFaults(name, type, services);
    if (reads.length > 0) return reads;
    const owners = services.filter((service) => objectsOf(service.typeDefs).some((other) => other.name.value === type.name.value && has(other, 'scope'))).map((service) => service.name);
    if (owners.length !== 1) return [`${type.name.value}: exactly one subgraph, its owner, sets @scope on the type (now: ${owners.join(', ') || 'none'})`];
    if (owners[0] === name) return [];
    const keys = new Set(keyFieldsOf(type));
    return (type.fields ?? [])
      .filter((field) => !keys.has(field.name.value) && !has(field, 'external'))
      .flatMap((field) => [
        ...(has(field, 'scope') ? [] : [`${name}: ${type.name.value}.${field.name.value} adds to an entity of ${owners[0]} without a @scope of its own`]),
        ...(field.type.kind === Kind.NON_NULL_TYPE ? [`${name}: ${type.name.value}.${field.name.value} adds to an entity of ${owners[0]} and must be nullable: a domain that is down, or a right that is missing, costs its own fields only`] : []),
      ]);
  });
}

/** A field that reads others by @requires tells of them: it needs every scope that they need. */
function readFaults(name: string, type: ObjectNode, services: readonly Service[]): string[] {
  const scoped = services.flatMap(({ typeDefs }) => objectsOf(typeDefs)).filter((other) => other.name.value === type.name.value).flatMap(({ fields }) => fields ?? []);
  return (type.fields ?? []).flatMap((field) => {
    const own = new Set(wordsOf(field, 'scope', 'needs'));
    return wordsOf(field, 'requires', 'fields').flatMap((read) =>
      scoped
        .filter((other) => other.name.value === read)
        .flatMap((other) => wordsOf(other, 'scope', 'needs'))
        .filter((need) => !own.has(need))
        .map((need) => `${name}: ${type.name.value}.${field.name.value} reads ${read}, which needs ${need}, and must need it too`),
    );
  });
}

const objectsOf = (document: DocumentNode): ObjectNode[] =>
  document.definitions.filter((node): node is ObjectNode => node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION);

const has = (node: { readonly directives?: readonly { readonly name: { readonly value: string } }[] | undefined }, directive: string) =>
  node.directives?.some(({ name }) => name.value === directive) ?? false;

const keyFieldsOf = (type: ObjectNode): string[] => wordsOf(type, 'key', 'fields');

/** Of a directive's argument: names in a text of fields, or a list of texts as they are. */
function wordsOf(node: { readonly directives?: readonly ConstDirectiveNode[] | undefined }, directive: string, argument: string): string[] {
  const given = (node.directives ?? []).filter(({ name }) => name.value === directive).flatMap(({ arguments: all = [] }) => all);
  return given.flatMap(({ name, value }) => {
    if (name.value !== argument) return [];
    if (value.kind === Kind.STRING) return value.value.split(/\W+/).filter(Boolean);
    return value.kind === Kind.LIST ? value.values.flatMap((text) => (text.kind === Kind.STRING ? [text.value] : [])) : [];
  });
}
