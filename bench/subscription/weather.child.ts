import { startToy } from '@stromgraph/gateway/toys/toy';
import { serve } from '../child.ts';
import { WEATHER } from './weather.ts';

const toy = await startToy({ name: 'weather', sdl: WEATHER, resolvers: { Query: { weather: () => true }, GridArea: { temperature: () => 7.5 } } });
serve({ url: toy.url }, { end: () => toy.stop() });
