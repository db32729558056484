import type { ServerResponse } from 'node:http';

/**
 * Calls back when an answer is out, or its client gone: until then it fills memory, so it holds its place. Who reads
 * nothing of it for so long is cut off; Node looks at what is left to send, so a slow reader is none.
 */
export function whenOut(response: ServerResponse, unreadMs: number, then: () => void): void {
  if (!response.writableEnded || response.writableLength === 0) return then();
  response.once('close', then);
  response.socket?.setTimeout(unreadMs);
}
