import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { describeServer } from '../../extension/signIn.ts';
import { server, SERVER } from './fixtures/basics.ts';

/** What the panel waits for on a slow line: an answer that goes on arriving, and not one that has fallen silent. */
const realFetch = globalThis.fetch;
beforeEach(() => void jest.useFakeTimers());
afterEach(() => {
  jest.useRealTimers();
  globalThis.fetch = realFetch;
});

const HALF_A_SILENCE_MS = 15_000;

/** A server whose answer comes in parts, when the test says so. */
function slowLine() {
  const parts = new TransformStream<Uint8Array, Uint8Array>();
  const writer = parts.writable.getWriter();
  let signal: AbortSignal | null = null;
  let begins: (answer: Response) => void = () => undefined;
  globalThis.fetch = (_url, init) => {
    signal = init?.signal ?? null;
    // As fetch does: whoever gives up ends the answer too.
    signal?.addEventListener('abort', () => void writer.abort(new Error('given up')).catch(() => undefined));
    return new Promise((resolve, reject) => {
      begins = resolve;
      signal?.addEventListener('abort', () => reject(new Error('given up')));
    });
  };
  /** And it has arrived. */
  const arrived = async (sent: Promise<void>): Promise<void> => {
    await sent;
    await setImmediate();
  };
  return {
    begins: () => arrived(Promise.resolve(begins(new Response(parts.readable)))),
    says: (text: string) => arrived(writer.write(new TextEncoder().encode(text))),
    ends: () => arrived(writer.close()),
  };
}

test('An answer that takes a minute to arrive is read to its end, as long as some of it comes', async () => {
  const line = slowLine();
  const asked = describeServer(SERVER);
  jest.advanceTimersByTime(HALF_A_SILENCE_MS);
  await line.begins();
  const text = JSON.stringify(server);
  for (const part of [text.slice(0, 10), text.slice(10, 20), text.slice(20)]) {
    jest.advanceTimersByTime(HALF_A_SILENCE_MS);
    await line.says(part);
  }
  await line.ends();
  expect(await asked).toEqual({ ok: true, value: server });
});

test('One that falls silent is given up, with words about the time it takes and none about the address', async () => {
  const line = slowLine();
  const asked = describeServer(SERVER);
  await line.begins();
  await line.says('{');
  jest.advanceTimersByTime(HALF_A_SILENCE_MS);
  await line.says('"product":');
  jest.advanceTimersByTime(2 * HALF_A_SILENCE_MS);
  const answer = await asked;
  expect(answer).toMatchObject({ ok: false, error: { kind: 'takesLong' } });
  expect(JSON.stringify(answer)).not.toMatch(/CORS_ORIGINS|Nothing answered/);
});

test('One that never begins is given up too', async () => {
  slowLine();
  const asked = describeServer(SERVER);
  jest.advanceTimersByTime(2 * HALF_A_SILENCE_MS);
  expect(await asked).toMatchObject({ ok: false, error: { kind: 'takesLong' } });
});
