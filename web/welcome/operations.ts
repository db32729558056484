// The example operations: run here, or opened in GraphiQL with the variables filled and the right person signed in.
import { type Example, fillVariables, type Moment } from './examples.ts';
import { ask, tokenOf } from './session.ts';

export async function showOperations(container: HTMLElement, moment: () => Promise<Moment>): Promise<void> {
  const examples = (await (await fetch('operations.json')).json()) as Example[];
  const run = (example: Example, variables: unknown) => ask(example.signIn, example.document, variables);
  container.replaceChildren(
    ...examples.map((example) => {
      const row = document.createElement('details');
      const head = document.createElement('summary');
      head.append(strong(example.name.replaceAll('-', ' ')), ` — ${example.about}`);
      const who = document.createElement('small');
      who.textContent = example.signIn ?? 'anybody';
      head.append(' ', who);
      const text = document.createElement('pre');
      text.textContent = example.document.trim();
      const result = document.createElement('pre');
      result.hidden = true;
      const show = (value: string) => {
        result.hidden = false;
        result.textContent = value;
      };
      const isSubscription = /^\s*subscription\b/m.test(example.document);
      const openIt = button('Open in GraphiQL', async () => {
        const page = window.open('about:blank');
        try {
          const variables = await fillVariables(example, examples, await moment(), run);
          const headers = example.signIn ? { Authorization: `Bearer ${await tokenOf(example.signIn)}` } : {};
          const hash = new URLSearchParams({ query: example.document, variables: JSON.stringify(variables, null, 2), headers: JSON.stringify(headers, null, 2) });
          if (page) page.location.href = `/graphiql#${hash}`;
        } catch (error) {
          page?.close();
          show(String(error));
        }
      });
      const runIt = button('Run', async () => {
        show('…');
        try {
          show(JSON.stringify(await run(example, await fillVariables(example, examples, await moment(), run)), null, 2));
        } catch (error) {
          show(String(error));
        }
      });
      row.append(head, text, ...(isSubscription ? [] : [runIt, ' ']), openIt, result);
      return row;
    }),
  );
}

function strong(text: string): HTMLElement {
  const element = document.createElement('strong');
  element.textContent = text;
  return element;
}

function button(text: string, act: () => Promise<void>): HTMLButtonElement {
  const element = document.createElement('button');
  element.textContent = text;
  element.addEventListener('click', () => void act());
  return element;
}
