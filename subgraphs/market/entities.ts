/** A contract as this domain knows it; contracts resolves the rest. */
export type ContractStub = Readonly<{ __typename?: 'Contract'; id: string }>;
