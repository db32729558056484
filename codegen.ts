import { existsSync, readFileSync, readdirSync } from 'node:fs';
import type { CodegenConfig } from '@graphql-codegen/cli';
import { subgraphSdl } from '@stromgraph/kernel/schema';

const scalars = {
  DateTime: { input: 'Date', output: 'Date' },
  LocalDate: 'string',
  SafeInt: { input: 'number', output: 'bigint | number' },
  Decimal: 'string',
  JSON: 'unknown',
  ID: 'string',
  _Any: 'unknown',
  _FieldSet: 'string',
  federation__FieldSet: 'string',
  federation__Scope: 'string',
  federation__Policy: 'string',
  federation__ContextFieldValue: 'string',
  link__Import: 'string',
};

const only = process.env.STROMGRAPH_CODEGEN_ONLY;
const domains = readdirSync('subgraphs').filter((name) => existsSync(`subgraphs/${name}/schema.graphql`) && (!only || name === only));
const mappersOf = (name: string): Record<string, string> => (existsSync(`subgraphs/${name}/mappers.json`) ? JSON.parse(readFileSync(`subgraphs/${name}/mappers.json`, 'utf8')) : {});

export default {
  generates: Object.fromEntries(
    domains.map((name) => [
      `subgraphs/${name}/schema.generated.ts`,
      {
        schema: [subgraphSdl(readFileSync(`subgraphs/${name}/schema.graphql`, 'utf8'))],
        plugins: ['typescript', 'typescript-resolvers'],
        config: {
          federation: true, contextType: './context.ts#DomainContext', mappers: mappersOf(name), defaultMapper: 'Partial<{T}>', scalars,
          useTypeImports: true, enumsAsTypes: true, strictScalars: true, defaultScalarType: 'unknown', optionalResolveType: true,
          makeResolverTypeCallable: true, emitLegacyCommonJSImports: false, importExtension: '.ts', avoidOptionals: false, inputMaybeValue: 'T | null',
        },
      },
    ]),
  ),
} satisfies CodegenConfig;
