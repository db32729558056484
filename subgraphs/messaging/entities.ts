/** A customer as this domain knows it; customers resolves the rest. */
export type CustomerStub = Readonly<{ __typename?: 'Customer'; id: string }>;
