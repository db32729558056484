import type { Tx } from '@stromgraph/kernel/database';

/** An import as it came: the personal part sealed, the rest readable. */
export type ImportRequest = Readonly<{
  id: string;
  sender: string;
  idempotencyKey: string;
  body: object;
  sealed: string;
  receivedAt: Date;
}>;

export async function insertImport(tx: Tx, request: ImportRequest): Promise<void> {
  await tx.sql`INSERT INTO contracts.import_request VALUES (${request.id}, ${request.sender}, ${request.idempotencyKey},
    ${JSON.stringify(request.body)}, ${request.sealed}, ${request.receivedAt})`;
}

/** A document that lies elsewhere. */
export async function insertLink(
  tx: Tx,
  { id, contractId, link, at }: { id: string; contractId: string; link: string; at: Date },
): Promise<void> {
  await tx.sql`INSERT INTO contracts.attachment (id, contract_id, kind, link, received_at) VALUES (${id}, ${contractId},
    'SIGNED_CONTRACT', ${link}, ${at})`;
}
