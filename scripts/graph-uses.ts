// What an operation has to do with: the fields it asks for, the arguments it gives, and every type that comes or goes with them.
import { type DocumentNode, getNamedType, type GraphQLNamedType, type GraphQLSchema, isInputObjectType, TypeInfo, typeFromAST, visit, visitWithTypeInfo } from 'graphql';

/** Coordinates such as `Invoice.total`, `Query.invoices.first`, and names of types. */
export function usesOf(schema: GraphQLSchema, document: DocumentNode): ReadonlySet<string> {
  const uses = new Set<string>();
  const info = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(info, {
      Field: () => {
        const [parent, field] = [info.getParentType(), info.getFieldDef()];
        if (parent && field) uses.add(`${parent.name}.${field.name}`).add(getNamedType(field.type).name);
      },
      Argument: ({ name }) => {
        const [parent, field] = [info.getParentType(), info.getFieldDef()];
        if (parent && field) uses.add(`${parent.name}.${field.name}.${name.value}`);
        addInput(uses, getNamedType(info.getInputType()));
      },
      VariableDefinition: ({ type }) => addInput(uses, getNamedType(typeFromAST(schema, type as never) as GraphQLNamedType | undefined)),
      InlineFragment: ({ typeCondition }) => void (typeCondition && uses.add(typeCondition.name.value)),
      FragmentDefinition: ({ typeCondition }) => void uses.add(typeCondition.name.value),
    }),
  );
  return uses;
}

/** What a variable may carry is all of its type, down to the last. */
function addInput(uses: Set<string>, type: GraphQLNamedType | undefined | null): void {
  if (!type || uses.has(type.name)) return;
  uses.add(type.name);
  if (isInputObjectType(type)) for (const field of Object.values(type.getFields())) addInput(uses, getNamedType(field.type));
}
