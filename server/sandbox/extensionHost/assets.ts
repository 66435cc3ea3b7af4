import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export type Asset = { contentType: string; body: string };

const HARNESS = join(import.meta.dirname, '../../../extension/harness');

const HTML = 'text/html; charset=utf-8';
const CSS = 'text/css; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';

/** The page and the frame in it; the bundle itself is served from where it was built. */
export async function bundleHarness(): Promise<Map<string, Asset>> {
  const script = async (name: string): Promise<string> => {
    const built = await build({
      entryPoints: [join(HARNESS, name)],
      bundle: true,
      write: false,
      format: 'iife',
      target: 'es2022',
      jsx: 'automatic',
      minify: true,
      define: { 'process.env.NODE_ENV': '"production"' },
      logLevel: 'silent',
    });
    return built.outputFiles[0]?.text ?? '';
  };
  const text = (name: string): Promise<string> => readFile(join(HARNESS, name), 'utf8');
  const [page, frame, css, host, grid] = await Promise.all([
    text('page.html'),
    text('frame.html'),
    text('page.css'),
    script('host.ts'),
    script('grid.tsx'),
  ]);
  return new Map([
    ['/', { contentType: HTML, body: page }],
    ['/__runFrame', { contentType: HTML, body: frame }],
    ['/page.css', { contentType: CSS, body: css }],
    ['/host.js', { contentType: SCRIPT, body: host }],
    ['/grid.js', { contentType: SCRIPT, body: grid }],
  ]);
}
