import type { Router } from '@koa/router';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { API_PREFIX } from '../../shared/api.ts';
import { openApiDocument } from './openapi.ts';

const PAGE_FOLDER = join(import.meta.dirname, 'docs');

/** Served from our own disk: the page works without the internet and loads nothing from elsewhere. */
const OWN_FILES = ['index.html', 'start.js', 'page.css'];
const SWAGGER_FILES = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

/** `/docs`, and the document that it shows. Neither is secret: both only repeat the contract. */
export async function addDocsRoutes(
  router: Router,
  config: { publicUrl: string; version: string },
): Promise<void> {
  // Made for the first who asks: it takes a good part of a start.
  let document: string | null = null;
  router.get(`${API_PREFIX}/openapi.json`, (ctx) => {
    ctx.type = 'json';
    ctx.body = document ??= JSON.stringify(openApiDocument(config));
  });
  const files = await readFiles();
  // Somebody has opened the server's address in a browser.
  router.get('/', (ctx) => ctx.redirect('/docs'));
  router.get('/docs', (ctx) => {
    ctx.type = 'html';
    ctx.body = files.get('index.html');
  });
  router.get('/docs/:file', (ctx) => {
    const name = ctx.params['file'] ?? '';
    const file = files.get(name);
    if (!file) return;
    ctx.type = extname(name);
    ctx.set('Cache-Control', 'public, max-age=3600');
    ctx.body = file;
  });
}

async function readFiles(): Promise<Map<string, Buffer>> {
  const swaggerFolder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  const paths = [
    ...OWN_FILES.map((name) => join(PAGE_FOLDER, name)),
    ...SWAGGER_FILES.map((name) => join(swaggerFolder, name)),
  ];
  const contents = await Promise.all(paths.map((path) => readFile(path)));
  return new Map([...OWN_FILES, ...SWAGGER_FILES].map((name, index) => [name, contents[index] as Buffer]));
}
