/** A supergraph as text alone: differential/world makes up what its subgraphs answer. */
export type SdlGraph = Readonly<{ name: string; subgraphs: readonly Readonly<{ name: string; sdl: string }>[] }>;
