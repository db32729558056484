/** What is asked of the planner, and what it answers: plain data, so that both can cross threads. */
export type Question =
  | Readonly<{ kind: 'plan'; query: string; operationName: string | undefined }>
  | Readonly<{ kind: 'introspect'; query: string; variables: Readonly<Record<string, unknown>> }>;

/** `text` is JSON: the plan's root node (null where nothing is to be fetched), or the value of the one field of an introspection. `refused` is for the client, `failed` for the log. */
export type Reply = Readonly<{ text: string } | { refused: string } | { failed: string }>;

/** `principal` is who waits for it; none waits where the gateway asks for itself. */
export type Ask = (question: Question, principal?: string) => Promise<Reply>;

/** What a loaded supergraph says of itself: the schema that clients see, and where its subgraphs answer. */
export type Facts = Readonly<{ apiSdl: string; subgraphs: readonly (readonly [name: string, url: string])[] }>;
