import { type DocumentNode, Kind, visit } from 'graphql';

/** Forms in which the planner was seen to give wrong data without an error: they do not compose. */
export function plannerFaults(name: string, typeDefs: DocumentNode): string[] {
  const faults: string[] = [];
  visit(typeDefs, {
    Directive: ({ name: directive, arguments: given }) => {
      const textOf = (argument: string) => {
        const value = given?.find((one) => one.name.value === argument)?.value;
        return value?.kind === Kind.STRING ? value.value : '';
      };
      if (directive.value === 'requires' && textOf('fields').includes('(')) faults.push(`${name}: @requires(fields: "${textOf('fields')}") has an argument; two of one field would be answered by one`);
      const resolvable = given?.find((one) => one.name.value === 'resolvable')?.value;
      if (directive.value === 'key' && resolvable?.kind === Kind.BOOLEAN && !resolvable.value) faults.push(`${name}: @key(resolvable: false) may be entered by the planner all the same; leave it out`);
    },
  });
  return faults;
}
