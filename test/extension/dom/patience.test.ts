import { afterEach, expect, jest, test } from '@jest/globals';
import { createBackend } from '../../../extension/backend.ts';
import { session } from '../fixtures/basics.ts';

afterEach(() => {
  jest.useRealTimers();
});

/** A server that is still at work when the panel gives up. */
function neverAnswers(): { isGivenUp(): boolean } {
  let signal: AbortSignal | null | undefined;
  globalThis.fetch = (_url, init) => {
    signal = init?.signal;
    return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error())));
  };
  return { isGivenUp: () => signal?.aborted === true };
}

const store = { load: () => session, save: () => undefined, clear: () => undefined };
const backend = () =>
  createBackend({ address: 'https://sync.example.com', session, store, onEnded: () => undefined });

test('a whole list of conflicts may take longer to settle than a list takes to read', () => {
  jest.useFakeTimers();
  const server = neverAnswers();
  void backend().ask('resolveConflicts', { body: { filter: {}, side: 'buildium', version: 'v' } });
  jest.advanceTimersByTime(60_000);
  expect(server.isGivenUp()).toBe(false);
  void backend().ask('listConflicts');
  jest.advanceTimersByTime(60_000);
  expect(server.isGivenUp()).toBe(true);
});

test('a preview of some hundred booked rows, each of which Buildium is asked for, may take minutes', () => {
  jest.useFakeTimers();
  const server = neverAnswers();
  void backend().ask('push', { body: { recordIds: ['recPlan0000000001'], dryRun: true } });
  jest.advanceTimersByTime(120_000);
  expect(server.isGivenUp()).toBe(false);
  jest.advanceTimersByTime(120_000);
  expect(server.isGivenUp()).toBe(true);
});
