import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export type Asset = { contentType: string; body: string };

const CLIENT = join(import.meta.dirname, '../client');

/** The page's files, from memory: the browser part is put together from its sources at every start. */
export async function bundlePage(): Promise<Map<string, Asset>> {
  const built = await build({
    entryPoints: [join(CLIENT, 'main.tsx')],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    minify: true,
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'silent',
  });
  const [script] = built.outputFiles;
  if (!script) throw new Error("The page's script could not be built");
  const [html, css] = await Promise.all(
    ['index.html', 'page.css'].map((name) => readFile(join(CLIENT, name), 'utf8')),
  );
  return new Map([
    ['/', { contentType: 'text/html; charset=utf-8', body: html ?? '' }],
    ['/page.js', { contentType: 'text/javascript; charset=utf-8', body: script.text }],
    ['/page.css', { contentType: 'text/css; charset=utf-8', body: css ?? '' }],
  ]);
}
