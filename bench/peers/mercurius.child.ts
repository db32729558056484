// Mercurius' gateway. It knows Federation 1 only: what others own is extended, with its key external.
import mercuriusGateway from '@mercuriusjs/gateway';
import Fastify from 'fastify';
import { Kind, parse, print, visit } from 'graphql';
import { SUBGRAPHS } from '../gateway/graph.ts';
import { serveTarget, subgraphUrls } from '../gateway/target.ts';

const OWNERS: Readonly<Record<string, string>> = { User: 'accounts', Product: 'products', Review: 'reviews', Carrier: 'shipping' };

function firstFederation(service: string, sdl: string): string {
  const external = { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: 'external' } };
  return print(
    visit(parse(sdl), {
      Directive: (node) => (node.name.value === 'scope' ? null : undefined),
      ObjectTypeDefinition: {
        leave(node) {
          if (OWNERS[node.name.value] === service) return undefined;
          const fields = node.fields?.map((field) => (field.name.value === 'id' ? { ...field, directives: [external] } : field));
          return { ...node, kind: Kind.OBJECT_TYPE_EXTENSION, fields };
        },
      },
    }),
  );
}

const urls = subgraphUrls();
const services = SUBGRAPHS.map(({ name, sdl }) => ({ name, url: urls[name], schema: firstFederation(name, sdl), connections: 32 }));
const app = Fastify({ logger: { level: "error" } });
await app.register(mercuriusGateway, { gateway: { services }, jit: 1 });
const url = await app.listen({ host: '127.0.0.1', port: 0 });
serveTarget({ url: `${url}/graphql`, headers: {} }, () => app.close());
