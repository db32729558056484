import { once } from 'node:events';
import { WebSocket } from 'ws';

export type Frame = { type: string; id?: string; payload?: unknown };

/** A WebSocket client without a protocol library, so that tests can break the protocol. */
export type RawSocket = Readonly<{
  socket: WebSocket;
  send: (frame: unknown) => void;
  /** The next frame, or the close code once the socket is closed, however often it is asked for. */
  next: () => Promise<Frame | number>;
  closed: () => Promise<[number, string]>;
}>;

export async function openRaw(url: string, options: { protocol?: string; headers?: Record<string, string> } = {}): Promise<RawSocket> {
  const socket = new WebSocket(url.replace('http', 'ws'), options.protocol ?? 'graphql-transport-ws', { headers: options.headers ?? {} });
  const frames: Frame[] = [];
  let wake = () => {};
  let ended: [number, string] | null = null;
  socket.on('message', (data) => {
    frames.push(JSON.parse((data as Buffer).toString()) as Frame);
    wake();
  });
  socket.on('close', (code, reason) => {
    ended = [code, String(reason)];
    wake();
  });
  socket.on('error', () => {}); // its end is told by close
  await once(socket, 'open');
  return {
    socket,
    send: (frame) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    async next() {
      while (frames.length === 0 && !ended) await new Promise<void>((resolve) => (wake = resolve));
      return frames.shift() ?? ended![0];
    },
    async closed() {
      while (!ended) await new Promise<void>((resolve) => (wake = resolve));
      return ended;
    },
  };
}

/** The status with which an upgrade is refused. */
export function refusedStatus(url: string, options: { protocol?: string; headers?: Record<string, string> } = {}): Promise<number> {
  const socket = new WebSocket(
    url.replace('http', 'ws'),
    options.protocol === undefined ? 'graphql-transport-ws' : options.protocol || undefined,
    { headers: options.headers ?? {} },
  );
  return new Promise((resolve) => {
    socket.on('unexpected-response', (_, response) => resolve(response.statusCode ?? 0));
    socket.on('open', () => resolve(101));
    socket.on('error', () => {});
  });
}
