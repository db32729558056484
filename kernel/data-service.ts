// An outside service that publishes over HTTP: a numbered list of what is new, and each publication's content.
import { z } from 'zod';
import { isProblem, problem, type Problem } from './problem.ts';

export type ContentInvalid = Problem<'ContentInvalid', { href: string }>;
export type Publication = z.infer<typeof Publication>;
export type DataService = Readonly<{
  publicationsAfter: (position: bigint) => Promise<z.infer<typeof Publications> | ContentInvalid>;
  /** Answers true when something is published after the position, false when nothing was for a while (system time). */
  waitAfter: (position: bigint, signal: AbortSignal) => Promise<boolean>;
  get: Get;
}>;
/** Failures of the service are thrown, content that makes no sense is a problem; with `absent` that status gives null. */
export type Get = {
  <T>(href: string, schema: z.ZodType<T>): Promise<T | ContentInvalid>;
  <T>(href: string, schema: z.ZodType<T>, options: { absent: number }): Promise<T | ContentInvalid | null>;
};

const TIMEOUT_MS = 10_000;
const LONGEST_WAIT_MS = 25_000;
const PAGE = 500;
const Publication = z.object({
  n: z.int().nonnegative(),
  kind: z.string(),
  href: z.string().startsWith('/v1/'),
  publishedAt: z.iso.datetime().transform((text) => new Date(text)),
});
/** When each kind comes next by the timetable; one that is late stays at its moment. */
const Planned = z.object({ kind: z.string(), at: z.iso.datetime().transform((text) => new Date(text)) });
export type Planned = z.infer<typeof Planned>;
const Publications = z.object({ publications: z.array(Publication), next: z.int().nonnegative(), more: z.boolean(), planned: z.array(Planned).default([]) });

/** `name` is what its failures are told under. */
export function openDataService(name: string, baseUrl: string): DataService {
  async function get<T>(href: string, schema: z.ZodType<T>, { absent }: { absent?: number } = {}): Promise<T | ContentInvalid | null> {
    const response = await fetch(baseUrl + href, { signal: AbortSignal.timeout(TIMEOUT_MS), headers: { accept: 'application/json' } });
    if (!response.ok) await response.body?.cancel();
    if (response.status === absent) return null;
    if (!response.ok) throw new Error(`${name} answered ${response.status} to ${href}`);
    return parse(schema, href, await response.json());
  }
  return {
    get: get as Get,
    waitAfter: async (position, signal) => {
      const href = `/v1/publications?after=${position}&limit=1&waitMs=${LONGEST_WAIT_MS}`;
      const response = await fetch(baseUrl + href, { signal: AbortSignal.any([signal, AbortSignal.timeout(LONGEST_WAIT_MS + TIMEOUT_MS)]) });
      if (!response.ok) throw new Error(`${name} answered ${response.status} to ${href}`);
      return orThrow(parse(Publications, href, await response.json())).publications.length > 0;
    },
    publicationsAfter: (position) => (get as Get)(`/v1/publications?after=${position}&limit=${PAGE}`, Publications),
  };
}

function parse<T>(schema: z.ZodType<T>, href: string, content: unknown): T | ContentInvalid {
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  return problem('ContentInvalid', `${href}: ${parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ')}`, { href });
}

/** The value, or the problem thrown: for what the reading as a whole depends on. */
export function orThrow<T>(content: T | ContentInvalid): T {
  if (isProblem(content)) throw new Error((content as ContentInvalid).message);
  return content as T;
}

const Env = z.object({
  STROMGRAPH_ENET_URL: z.url({ protocol: /^https?$/ }),
  STROMGRAPH_ENET_POLL_MS: z.coerce.number().int().min(50).max(900_000).default(250),
});

/** Where the market data service is, and how long after an answer the next one is waited for; a wrong value throws one line that names it. */
export function readEnetConfig(env: Readonly<Record<string, string | undefined>>): Readonly<{ url: string; pollMs: number }> {
  const parsed = Env.safeParse(env);
  if (!parsed.success) throw new Error(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  return { url: parsed.data.STROMGRAPH_ENET_URL.replace(/\/$/, ''), pollMs: parsed.data.STROMGRAPH_ENET_POLL_MS };
}
