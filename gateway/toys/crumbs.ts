import { once } from 'node:events';
import { connect } from 'node:net';

/** Sends a body in chunks of so many bytes, written at once, and returns the status of the answer. */
export async function sendCrumbs(port: number, path: string, { text, bytes, headers }: Readonly<{ text: string; bytes: number; headers: Readonly<Record<string, string>> }>): Promise<number> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {}); // closed while it was still sending
  const lines = Object.entries({ host: 'x', 'transfer-encoding': 'chunked', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  const pieces = Array.from({ length: Math.ceil(text.length / bytes) }, (_, index) => text.slice(index * bytes, (index + 1) * bytes));
  const chunks = pieces.map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`);
  socket.write(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${chunks.join('')}0\r\n\r\n`);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return Number(String(answer).slice(9, 12));
}
