import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { broken } from './breakages.ts';

/** Loaded before the engine: the breakage that the environment names is in the source of its modules, and nowhere else. */
const name = process.env['SIMULATION_BREAK'] ?? '';

registerHooks({
  load: (url, context, nextLoad) => {
    const loaded = nextLoad(url, context);
    if (!url.startsWith('file:') || !url.includes('/server/') || !loaded.source) return loaded;
    const source =
      typeof loaded.source === 'string' ? loaded.source : Buffer.from(loaded.source as Uint8Array).toString();
    return { ...loaded, source: broken(name, fileURLToPath(url), source) };
  },
});
