export type Loaders = ReturnType<typeof makeLoaders>;

/** Operations owns no entity: nothing is fetched by key. */
export const makeLoaders = () => ({});
