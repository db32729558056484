import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';

const LINKS = `extend schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@external", "@provides", "@shareable", "@override", "@inaccessible", "@interfaceObject", "@composeDirective"])
  @link(url: "https://specs.toys.test/scope/v1.0", import: ["@scope"])
  @composeDirective(name: "@scope")
  @link(url: "https://specs.toys.test/live/v1.0", import: ["@live"])
  @composeDirective(name: "@live")
directive @scope(needs: [String!]!) on FIELD_DEFINITION | OBJECT
directive @live(shared: Boolean! = false, latest: Boolean! = false) on FIELD_DEFINITION
`;

type Named = Readonly<{ name: string; sdl: string; url?: string }>;

/** Composes toys as scripts/compose.ts composes the product's. */
function compose(toys: readonly Named[]): string {
  const { supergraphSdl, errors } = composeServices(
    toys.map(({ name, sdl, url = `http://${name}.invalid/graphql` }) => ({ name, url, typeDefs: parse(LINKS + sdl) })),
  );
  if (!supergraphSdl) throw new Error((errors ?? []).map(({ message }) => message).join('\n'));
  return supergraphSdl;
}

export const composeToys = Object.assign(compose, { header: LINKS });
