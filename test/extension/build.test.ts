import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildExtension, MOST_BYTES, MOST_OWN_BYTES, type BuiltExtension } from '../../extension/build.ts';

let folder: string;
let built: BuiltExtension;
let text: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'extension-build-'));
  built = await buildExtension(folder);
  text = await readFile(built.file, 'utf8');
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

test('The release bundle and our part of it are within their sizes', () => {
  expect(built.bytes).toBeLessThanOrEqual(MOST_BYTES);
  expect(built.ownBytes).toBeLessThanOrEqual(MOST_OWN_BYTES);
});

test('The contract’s checker stays with the server: it alone is larger than all screens', () => {
  expect(text).not.toContain('ZodError');
});

test('It offers itself to Airtable as the CLI makes it do, and needs nothing of Node', () => {
  expect(text).toContain('_airtableRunBlock');
  expect(text).not.toMatch(/process\.env\.|from"node:|require\("node:/);
});

test('It keeps no cookie and calls no address of its own', () => {
  expect(text).not.toMatch(/document\.cookie/);
  const own = text.match(/fetch\(/g) ?? [];
  expect(own).toHaveLength(1);
});
