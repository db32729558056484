/** A subgraph of the bench's own, so that each event is joined with a field of somebody else's. */
export const WEATHER = `
  type Query { weather: Boolean @scope(needs: []) }
  type GridArea @key(fields: "id") { id: ID! temperature: Float @scope(needs: []) }`;
