import { spawnSync } from 'node:child_process';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** Airtable's own parts, as `npx block release` uses them; they carry no types. */
type RenderEntryPoint = (
  sys: { path: typeof path },
  options: {
    mode: 'production';
    destination: string;
    userEntryPoint: string;
    gitHash: string | undefined;
    sdkVersion: string;
  },
) => Promise<string>;
type Bundler = {
  bundleAsync(options: {
    mode: 'production';
    context: string;
    entry: string;
    outputPath: string;
  }): Promise<void>;
};

const ROOT = path.join(import.meta.dirname, '..');

export const BUILD_FOLDER = path.join(ROOT, 'build', 'extension');
export const MOST_BYTES = 1_350_000;
export const MOST_OWN_BYTES = 250_000;

export type BuiltExtension = { file: string; bytes: number; gzipBytes: number; ownBytes: number };

/** The bundle that a release uploads, byte for byte, without a network and without an account. */
export async function bundleExtension(outputPath: string): Promise<{ file: string }> {
  return bundled(outputPath, () => Promise.resolve({}));
}

/** The bundle with its sizes. */
export async function buildExtension(outputPath = BUILD_FOLDER): Promise<BuiltExtension> {
  return bundled(outputPath, async (file, entry) => {
    const [{ size }, ownBytes] = await Promise.all([stat(file), ownBytesOf(entry)]);
    return { bytes: size, gzipBytes: gzipSync(await readFile(file)).length, ownBytes };
  });
}

/** `measure` is told of the entry while that is there. */
async function bundled<Measured>(
  outputPath: string,
  measure: (file: string, entry: string) => Promise<Measured>,
): Promise<Measured & { file: string }> {
  const require = createRequire(import.meta.url);
  const { renderEntryPointAsync } =
    require('@airtable/blocks-cli/lib/helpers/render_entry_point_async.js') as {
      renderEntryPointAsync: RenderEntryPoint;
    };
  const { default: createBundler } = require('@airtable/blocks-esbuild-bundler') as {
    default: () => Bundler;
  };
  const { frontendEntry } = JSON.parse(await readFile(path.join(ROOT, 'block.json'), 'utf8')) as {
    frontendEntry: string;
  };
  const sdk = JSON.parse(
    await readFile(path.join(ROOT, 'node_modules/@airtable/blocks/package.json'), 'utf8'),
  ) as { version: string };
  const userEntryPoint = path.join(ROOT, frontendEntry);
  // The CLI writes its entry into .tmp; another name, so that a run under way is not disturbed.
  const folder = path.join(ROOT, '.tmp', `build-${process.pid}`);
  const entry = path.join(folder, 'index.js');
  await Promise.all([mkdir(folder, { recursive: true }), mkdir(outputPath, { recursive: true })]);
  try {
    const rendered = await renderEntryPointAsync(
      { path },
      { mode: 'production', destination: entry, userEntryPoint, gitHash: gitHash(), sdkVersion: sdk.version },
    );
    await writeFile(entry, rendered);
    await createBundler().bundleAsync({ mode: 'production', context: ROOT, entry, outputPath });
    const file = path.join(outputPath, 'bundle.js');
    return { ...(await measure(file, entry)), file };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function gitHash(): string | undefined {
  const asked = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: ROOT, encoding: 'utf8' });
  return asked.status === 0 ? asked.stdout.trim() : undefined;
}

/** What is not React, not the SDK and not what these bring along. */
async function ownBytesOf(entry: string): Promise<number> {
  const { metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    format: 'iife',
    jsx: 'automatic',
    target: 'chrome91',
    loader: { '.js': 'jsx', '.css': 'text' },
    outfile: 'bundle.js',
    absWorkingDir: ROOT,
    logLevel: 'silent',
  });
  const [output] = Object.values(metafile.outputs);
  return Object.entries(output?.inputs ?? {})
    .filter(([input]) => /^(extension|shared)\/|^node_modules\/zod\//.test(input))
    .reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0);
}

/** `npm run extension:build` */
async function main(): Promise<boolean> {
  const built = await buildExtension();
  const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000).toLocaleString('en')} kB`;
  const lines = [
    `Built ${path.relative(process.cwd(), built.file)}`,
    `  whole bundle  ${kilobytes(built.bytes)} of at most ${kilobytes(MOST_BYTES)} (${kilobytes(built.gzipBytes)} gzipped)`,
    `  our part      ${kilobytes(built.ownBytes)} of at most ${kilobytes(MOST_OWN_BYTES)}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  if (built.bytes <= MOST_BYTES && built.ownBytes <= MOST_OWN_BYTES) return true;
  process.stderr.write('The extension is too large: see what a screen imports.\n');
  return false;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href && !(await main()))
  throw new Error('The extension is larger than it may be.');
