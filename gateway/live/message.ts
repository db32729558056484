import { MessageType, validateMessage, type Message } from 'graphql-ws';
import { isFields } from '../execute/own.ts';

/**
 * A frame of graphql-transport-ws; throws for anything else. The protocol's library wants a text in every subscribe
 * message: one that names a trusted document by its id has none.
 */
export function readMessage(text: string): Message {
  const message: unknown = JSON.parse(text);
  if (!isFields(message) || message.type !== MessageType.Subscribe || !isFields(message.payload)) return validateMessage(message);
  const { payload } = message;
  if (payload.query !== undefined || payload.documentId === undefined) return validateMessage(message);
  validateMessage({ ...message, payload: { ...payload, query: '' } });
  return message as unknown as Message;
}
