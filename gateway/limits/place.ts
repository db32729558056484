import { BREAK, Kind, visit, type ASTNode, type DocumentNode } from 'graphql';

/** Where a value stands in a document, as `customer.readings.from` or `$from`; null for a node that is no value. */
export function placeOfValue(document: DocumentNode, target: ASTNode | undefined): string | null {
  if (!target?.kind.endsWith('Value')) return null;
  const names: string[] = [];
  let place: string | null = null;
  visit(document, {
    enter(node) {
      if (node === target) {
        place = names.join('.');
        return BREAK;
      }
      const name = nameOf(node);
      if (name !== null) names.push(name);
      return undefined;
    },
    leave(node) {
      if (nameOf(node) !== null) names.pop();
    },
  });
  return place;
}

function nameOf(node: ASTNode): string | null {
  switch (node.kind) {
    case Kind.FIELD:
    case Kind.ARGUMENT:
    case Kind.OBJECT_FIELD:
      return node.name.value;
    case Kind.DIRECTIVE:
      return `@${node.name.value}`;
    case Kind.VARIABLE_DEFINITION:
      return `$${node.variable.name.value}`;
    default:
      return null;
  }
}
