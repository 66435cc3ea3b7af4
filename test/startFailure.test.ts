import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { freshDatabase, type FreshDatabase } from './support/database.ts';

const MAIN = resolve(import.meta.dirname, '../server/main.ts');

let fresh: FreshDatabase;
beforeAll(async () => {
  fresh = await freshDatabase();
});
afterAll(() => fresh.drop());

/** `npm start` until it ends, which it must do by itself. */
function start(environment: Record<string, string>): Promise<{ code: number | null; stdout: string }> {
  return new Promise((finish, fail) => {
    const child = spawn(process.execPath, [MAIN], {
      env: {
        PATH: process.env['PATH'] ?? '',
        PUBLIC_URL: 'https://sync.example.com',
        ENCRYPTION_KEYS: `k:${Buffer.alloc(32).toString('base64')}`,
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.on('error', fail);
    child.on('close', (code) => finish({ code, stdout }));
  });
}

test.each([
  ['nobody answers there', 'postgres://sync:hidden-password@127.0.0.1:1/sync', 'ECONNREFUSED'],
  ['it speaks no TLS', null, 'does not support SSL'],
])(
  'a database that cannot be had is one sentence and no stack: %s',
  async (_why, url, reason) => {
    const { code, stdout } = await start({ DATABASE_URL: url ?? `${fresh.url}?sslmode=require` });
    expect(code).toBe(1);
    expect(stdout).toContain('The database cannot be reached (');
    expect(stdout).toContain(reason);
    expect(stdout).toContain('Check DATABASE_URL');
    expect(stdout).not.toMatch(/hidden-password|"stack"/);
  },
  30_000,
);

test('a port that is taken is named, with the variable that changes it', async () => {
  const other = createServer();
  await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening));
  const { port } = other.address() as AddressInfo;
  const { code, stdout } = await start({ DATABASE_URL: fresh.url, PORT: String(port) });
  await new Promise((closed) => other.close(closed));
  expect(code).toBe(1);
  expect(stdout).toContain(`127.0.0.1:${port}. Set PORT`);
  expect(stdout).not.toContain('"stack"');
}, 30_000);
