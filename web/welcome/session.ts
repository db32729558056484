// Signing in and asking, for one person at a time.
const tokens = new Map<string, Promise<string>>();
/** Whose retailer is looked at; the address says it where there are several. */
const tenant = new URLSearchParams(location.search).get('tenant');

type Answer = { data?: Record<string, any> | null; errors?: { message: string }[] };

async function send(query: string, variables: unknown, token: string | null): Promise<Answer> {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as Answer;
}

/** The access token of a demo sign-in; it is asked for once and again when it has run out. */
export function tokenOf(email: string): Promise<string> {
  const known = tokens.get(email);
  if (known) return known;
  const fresh = (async () => {
    const { data } = await send('mutation ($input: LoginInput!) { login(input: $input) { ... on LoginSuccess { accessToken } ... on Problem { message } } }', { input: { email, password: 'demo', ...(tenant ? { tenant } : {}) } }, null);
    if (!data?.login?.accessToken) throw new Error(data?.login?.message ?? 'The sign-in did not answer.');
    setTimeout(() => tokens.delete(email), 8 * 60_000);
    return data.login.accessToken as string;
  })();
  tokens.set(email, fresh);
  fresh.catch(() => tokens.delete(email));
  return fresh;
}

/** The data of an operation, or its first error thrown. */
export async function ask(email: string | null, query: string, variables: unknown = {}): Promise<Record<string, any>> {
  const { data, errors } = await send(query, variables, email ? await tokenOf(email) : null);
  if (!data) throw new Error(errors?.[0]?.message ?? 'No answer.');
  return data;
}
