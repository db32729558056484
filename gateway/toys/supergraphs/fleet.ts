import type { SdlGraph } from './sdl-graph.ts';

/** `@override`, hidden enum values and types, and long chains of non-null fields through which a null climbs. */
export const fleet: SdlGraph = {
  name: 'fleet',
  subgraphs: [
    {
      name: 'vehicles',
      sdl: `
        enum State { READY BROKEN SCRAPPED @inaccessible }
        interface Vehicle { id: ID! state: State wheels: Int! }
        type Car implements Vehicle @key(fields: "id") { id: ID! state: State wheels: Int! states: [State] mileage: Int garage: Garage! }
        type Van implements Vehicle @key(fields: "id") { id: ID! state: State wheels: Int! load: Int! garage: Garage history: [[State!]] }
        type Tank implements Vehicle @inaccessible @key(fields: "id") { id: ID! state: State wheels: Int! }
        type Garage @key(fields: "id") { id: ID! }
        type Query { vehicles(states: [State!]): [Vehicle] vehicle(id: ID!): Vehicle car: Car cars: [Car!]! vans: [Van!] }`,
    },
    {
      name: 'telemetry',
      sdl: `
        enum Fuel { WIND COAL @inaccessible SUN }
        enum State { READY BROKEN SCRAPPED @inaccessible }
        type Car @key(fields: "id") { id: ID! mileage: Int @override(from: "vehicles") states: [State] @override(from: "vehicles") place: Place! speed: Int! fuel: Fuel! fuels: [Fuel!] }
        type Van @key(fields: "id") { id: ID! load: Int! @override(from: "vehicles") history: [[State!]] @override(from: "vehicles") place: Place }
        type Place { x: Float! y: Float! near: [Place!]! road: Road! }
        type Road @key(fields: "id") { id: ID! }
        type Query { fastest: Car }`,
    },
    {
      name: 'ground',
      sdl: `
        type Garage @key(fields: "id") { id: ID! name: String! keeper: Keeper! spaces: [[Space!]!]! }
        type Road @key(fields: "id") { id: ID! name: String! toll: Int! }
        type Keeper { name: String! boss: Keeper! phone: String }
        type Space { number: Int! taken: Boolean! }
        type Query { garage(id: ID!): Garage! }
        type Mutation { open(garage: ID!): Garage! close(garage: ID!): Garage toll(road: ID!, cents: Int! = 5): Road }`,
    },
  ],
};
