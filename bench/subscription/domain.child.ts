// The tenant's relay and energy in one process, as `npm start` runs them.
import { handlers } from '@stromgraph/energy/handlers/index';
import { openDomain } from '@stromgraph/energy/runtime';
import { startServer } from '@stromgraph/energy/server';
import { startHearer } from '@stromgraph/kernel/hearer';
import { businessToday } from '@stromgraph/kernel/clock';
import { startRelays } from '../../scripts/start/relays.ts';
import { serve } from '../child.ts';
import { buildPortfolio } from './portfolio.ts';

const runtime = openDomain();
const { db } = runtime.tenants.get('demo')!;
const today = await businessToday(db);
await buildPortfolio(db, today);
const parts = [await startRelays(process.env), await startHearer(runtime, handlers)];
const server = await startServer(runtime);
serve(
  { url: server.url, today },
  {
    end: async () => {
      await server.stop();
      for (const part of parts) await part.stop();
      await runtime.close();
    },
  },
);
