import { Kind, parse, type DocumentNode } from 'graphql';

/** The names of the operations in texts of documents; a text that is no GraphQL has none. */
export function operationNamesOf(texts: Iterable<string>): string[] {
  return [...texts].flatMap((text) =>
    (parsed(text)?.definitions ?? []).flatMap((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION && definition.name ? [definition.name.value] : [],
    ),
  );
}

function parsed(text: string): DocumentNode | null {
  try {
    return parse(text, { noLocation: true });
  } catch {
    return null;
  }
}
