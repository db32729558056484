/** Another domain's entity: we know its key, its owner resolves the rest. */
export type EntityStub = Readonly<{ id: string }>;
