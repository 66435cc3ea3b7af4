import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { appendFile, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../server/clock.ts';
import { openSpool, type Spool } from '../../server/http/spool.ts';
import { silentLogger } from '../../server/log.ts';
import { timeOrderedId } from '../../server/timeOrderedId.ts';

const newId = timeOrderedId(systemClock);
let folder: string;
const opened: Spool[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spool-'));
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((spool) => spool.close()));
  await rm(folder, { recursive: true, force: true });
});

async function open(maxBytes = 1_000_000): Promise<Spool> {
  const spool = await openSpool({ folder, maxBytes, log: silentLogger(), newId });
  opened.push(spool);
  return spool;
}

async function replayed(spool: Spool): Promise<string[]> {
  const lines: string[] = [];
  await spool.replay((batch) => {
    lines.push(...batch);
    return Promise.resolve();
  });
  return lines;
}

describe('the spool', () => {
  test('gives lines back in the order they came, once', async () => {
    const spool = await open();
    expect(await spool.append(['one', 'two'])).toBe('kept');
    expect(await spool.append(['three ü "quoted"'])).toBe('kept');
    expect(await replayed(spool)).toEqual(['one', 'two', 'three ü "quoted"']);
    expect(await replayed(spool)).toEqual([]);
    expect(spool.sizeBytes()).toBe(0);
    expect(await readdir(folder)).toEqual([]);
  });

  test('keeps what could not be stored, from where it failed', async () => {
    const spool = await open();
    await spool.append(Array.from({ length: 1_200 }, (_, index) => `line ${index}`));
    let batches = 0;
    const failing = spool.replay(() => {
      batches += 1;
      return batches === 2 ? Promise.reject(new Error('away again')) : Promise.resolve();
    });
    await expect(failing).rejects.toThrow('away again');
    expect((await replayed(spool)).at(-1)).toBe('line 1199');
  });

  test('takes lines while it is being replayed', async () => {
    const spool = await open();
    await spool.append(['before']);
    const seen: string[] = [];
    await spool.replay(async (batch) => {
      seen.push(...batch);
      await spool.append(['meanwhile']);
    });
    expect([seen, await replayed(spool)]).toEqual([['before'], ['meanwhile']]);
  });

  test('survives a crash: the next process takes over what was kept', async () => {
    const crashed = await open();
    await crashed.append(['one']);
    await crashed.append(['two']);
    const next = await open();
    expect(next.sizeBytes()).toBeGreaterThan(0);
    expect(await replayed(next)).toEqual(['one', 'two']);
  });

  test('leaves out a last line that a crash has torn', async () => {
    const crashed = await open();
    await crashed.append(['whole']);
    const [name = ''] = await readdir(folder);
    await appendFile(join(folder, name), '0badc0de {"connectionId":"cn_1","rec');
    expect(await replayed(await open())).toEqual(['whole']);
  });

  test('writes again what another process took over in the same moment', async () => {
    const slow = await open();
    await slow.append(['one']);
    const starting = await open();
    expect(await slow.append(['two'])).toBe('kept');
    const all = [...(await replayed(starting)), ...(await replayed(slow))];
    expect([...new Set(all)].sort()).toEqual(['one', 'two']);
  });

  test('refuses a group that does not fit, whole, and says that it is full', async () => {
    const spool = await open(100);
    expect(await spool.append(['x'.repeat(60)])).toBe('kept');
    expect(await spool.append(['short', 'y'.repeat(60)])).toBe('full');
    expect(spool.isFull()).toBe(true);
    expect(await replayed(spool)).toEqual(['x'.repeat(60)]);
    expect(spool.isFull()).toBe(false);
  });

  test('says that it is full when its folder is gone', async () => {
    const spool = await open();
    await rm(folder, { recursive: true });
    expect(await spool.append(['one'])).toBe('full');
  });

  test('is readable by its owner alone', async () => {
    const spool = await open();
    await spool.append(['one']);
    const [name = ''] = await readdir(folder);
    expect((await stat(join(folder, name))).mode & 0o077).toBe(0);
  });
});
