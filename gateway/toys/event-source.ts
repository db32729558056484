import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';

export type ServerEvent = Readonly<{ event: string; data: string; id: string | undefined }>;

/** Server-sent events read by hand, so that tests see each line and can stop reading. */
export type EventSource = Readonly<{
  response: IncomingMessage;
  /** The next event; null once the stream has ended. Comments are counted, not told. */
  next: () => Promise<ServerEvent | null>;
  comments: () => number;
  /** Whatever came and was no event: the body of an answer that is no stream, once it has ended. */
  rest: () => Promise<string>;
  close: () => void;
}>;

type Asked = Readonly<{ query: string; variables?: object; headers?: Record<string, string>; method?: 'GET' | 'POST' }>;

export async function openEvents(url: string, { query, variables = {}, headers = {}, method = 'POST' }: Asked): Promise<EventSource> {
  const body = JSON.stringify({ query, variables });
  const address = method === 'GET' ? `${url}?${new URLSearchParams({ query, variables: JSON.stringify(variables) }).toString()}` : url;
  const sent: ClientRequest = request(address, { method, agent: false, headers: { accept: 'text/event-stream', ...(method === 'POST' && { 'content-type': 'application/json' }), ...headers } });
  sent.on('error', () => {}); // its end is told by close
  sent.end(method === 'POST' ? body : undefined);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const events: ServerEvent[] = [];
  let text = '';
  let comments = 0;
  let ended = false;
  let wake = () => {};
  response.setEncoding('utf8').on('data', (chunk: string) => {
    const blocks = (text + chunk).split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trimStart()]));
      if (fields.has('event')) events.push({ event: fields.get('event')!, data: fields.get('data') ?? '', id: fields.get('id') });
      else comments++;
    }
    wake();
  });
  response.on('error', () => {});
  response.once('close', () => {
    ended = true;
    wake();
  });
  return {
    response,
    async next() {
      while (events.length === 0 && !ended) await new Promise<void>((resolve) => (wake = resolve));
      return events.shift() ?? null;
    },
    comments: () => comments,
    async rest() {
      while (!ended) await new Promise<void>((resolve) => (wake = resolve));
      return text;
    },
    close: () => sent.destroy(),
  };
}
