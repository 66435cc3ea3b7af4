import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One place in the engine's source and what stands there instead. */
export type Patch = { file: string; from: string; to: string };

export const SERVER = join(import.meta.dirname, '../../server');

/** From now on the engine's modules are loaded with these patches: to be called before any of them is. */
export function patchEngine(name: string, patches: readonly Patch[]): void {
  registerHooks({
    load: (url, context, nextLoad) => {
      const loaded = nextLoad(url, context);
      if (!url.startsWith('file:') || !url.includes('/server/') || !loaded.source) return loaded;
      const source =
        typeof loaded.source === 'string'
          ? loaded.source
          : Buffer.from(loaded.source as Uint8Array).toString();
      return { ...loaded, source: patched(name, patches, fileURLToPath(url), source) };
    },
  });
}

/** The source of a module of the engine with the patches that are meant for it. */
function patched(name: string, patches: readonly Patch[], path: string, source: string): string {
  return patches
    .filter(({ file }) => path === join(SERVER, file))
    .reduce((text, patch) => {
      if (text.split(patch.from).length !== 2)
        throw new Error(`"${name}" no longer fits ${patch.file}: ${patch.from}`);
      return text.replace(patch.from, () => patch.to);
    }, source);
}
