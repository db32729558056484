import type { Refusal } from '../errors.ts';
import { normalId } from './document-id.ts';

/** Documents that were known when their client was built, by id, and whether others are taken too. */
export type TrustedDocuments = Readonly<{ only: boolean; texts: ReadonlyMap<string, string> }>;

/** Any text is taken, and no id leads to one. */
export const NO_DOCUMENTS: TrustedDocuments = { only: false, texts: new Map() };

/** What a request names its document by: its text, or an id; neither is what an automatic persisted query sends first. */
export type Named = Readonly<{ query?: string | undefined; documentId?: string | undefined }>;

/** The text of the document that is asked for. Nothing that a client sends is ever added to the known ones. */
export function textOf({ only, texts }: TrustedDocuments, { query, documentId }: Named): string | Refusal {
  if (documentId !== undefined) return texts.get(normalId(documentId)) ?? NOT_FOUND;
  if (query === undefined) return AUTOMATIC;
  return only ? ID_REQUIRED : query;
}

const NOT_FOUND: Refusal = { code: 'PERSISTED_DOCUMENT_NOT_FOUND', message: 'No document of this id is known here.' };
const ID_REQUIRED: Refusal = {
  code: 'PERSISTED_DOCUMENT_ID_REQUIRED',
  message: 'Only trusted documents are run here: send documentId in place of query.',
};
/** The message and the code that tell clients of that protocol to stop it and send the text. */
const AUTOMATIC: Refusal = { code: 'PERSISTED_QUERY_NOT_SUPPORTED', message: 'PersistedQueryNotSupported' };
