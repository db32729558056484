import { type DocumentNode, Kind, type ObjectTypeDefinitionNode, type ObjectTypeExtensionNode } from 'graphql';

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

const objectsOf = (document: DocumentNode): ObjectNode[] =>
  document.definitions.filter((node): node is ObjectNode => node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION);

const has = (node: { readonly directives?: readonly { readonly name: { readonly value: string } }[] | undefined }, directive: string) =>
  node.directives?.some(({ name }) => name.value === directive) ?? false;

function keyFieldsOf(type: ObjectNode): string[] {
  return (type.directives ?? [])
    .filter(({ name }) => name.value === 'key')
    .flatMap(({ arguments: given }) => given?.flatMap(({ name, value }) => (name.value === 'fields' && value.kind === Kind.STRING ? value.value.split(/\W+/) : [])) ?? []);
}
