import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

type Turn = Readonly<{ request: IncomingMessage; response: ServerResponse }>;
/** Kept as long as its connection, which is served again and again. */
type Line = { busy: boolean; readonly waiting: Turn[] };

/** Nobody of good will sends more before the first is answered; some send one or two. */
const MOST_AHEAD = 10;
/** How long the rest of a body may take to come when its request is answered. */
const REST_MS = 2_000;

/**
 * Serves the requests of each connection one after the other, and ends it where more wait than may or a body goes on after its
 * answer: Node reads all that a piece of a connection holds before anything else gets its turn, a thousand requests or ten thousand
 * chunks of a byte. What waits when its client leaves, or behind an answer that says that it is the last, is never begun: nobody would
 * hear its answer, and who sent it sends it again elsewhere.
 */
export function oneAtATime(serve: RequestListener): RequestListener {
  const lines = new WeakMap<Socket, Line>();

  function lineOf(socket: Socket): Line {
    const known = lines.get(socket);
    if (known) return known;
    const line = { busy: false, waiting: [] };
    lines.set(socket, line);
    return line;
  }

  function begin(line: Line, { request, response }: Turn): void {
    line.busy = true;
    response.on('close', () => {
      if (response.writableFinished && !request.complete) endUnread(request);
      line.busy = false;
      const next = line.waiting.shift();
      if (next !== undefined && request.socket.writable) begin(line, next);
    });
    serve(request, response);
  }

  return (request, response) => {
    const { socket } = request;
    if (!socket.writable) return;
    const line = lineOf(socket);
    if (!line.busy) begin(line, { request, response });
    else if (line.waiting.length < MOST_AHEAD) line.waiting.push({ request, response });
    else socket.destroy();
  };
}

/** Chunks may be as small and as many as their sender likes; what has a length is only late, perhaps. */
function endUnread(request: IncomingMessage): void {
  const { socket } = request;
  if (request.headers['transfer-encoding'] !== undefined) return void socket.destroySoon();
  setTimeout(() => request.complete || socket.destroySoon(), REST_MS).unref();
}
