// State of the parts, as the gateway sees them.
type Readiness = { ready: boolean; subgraphs?: { name: string; ready: boolean; reason?: string }[] };

const LOOK_MS = 5_000;

export function showParts(list: HTMLElement): void {
  const look = async () => {
    const state = await fetch('/health/ready').then((response) => response.json() as Promise<Readiness>).catch(() => null);
    const parts = [{ name: 'gateway', ready: state !== null }, ...(state?.subgraphs ?? [])];
    list.replaceChildren(
      ...parts.map((part) => {
        const item = document.createElement('li');
        item.className = part.ready ? 'up' : 'down';
        item.textContent = `${part.ready ? '●' : '○'} ${part.name}`;
        item.title = part.ready ? 'answers' : (('reason' in part && part.reason) || 'does not answer');
        return item;
      }),
    );
  };
  void look();
  setInterval(look, LOOK_MS);
}
