import { afterEach, expect, jest, test } from '@jest/globals';
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { ok, type Result } from '../../../shared/result.ts';
import type { Problem } from '../../../extension/problem.ts';
import { useRemote, valueOf } from '../../../extension/remote.ts';

afterEach(() => {
  cleanup();
  jest.useRealTimers();
});

/** A server whose answers come when the test says so. */
function slowServer() {
  const out: ((value: Result<string, Problem>) => void)[] = [];
  let asked = 0;
  return {
    ask: () => {
      asked += 1;
      return new Promise<Result<string, Problem>>((resolve) => out.push(resolve));
    },
    answer: (value: string) => act(async () => out.shift()?.(ok(value))),
    get asked() {
      return asked;
    },
  };
}

function Shown({ ask }: { ask: () => Promise<Result<string, Problem>> }) {
  const { remote, reload } = useRemote(ask, 'conflicts', 5_000);
  return <button onClick={() => void reload()}>{valueOf(remote) ?? 'Loading'}</button>;
}

const shown = () => screen.getByRole('button').textContent;
const passes = (ms: number) => act(async () => void (await jest.advanceTimersByTimeAsync(ms)));

test('An answer that takes longer than the screen waits between two questions is shown when it comes', async () => {
  jest.useFakeTimers();
  const server = slowServer();
  render(<Shown ask={server.ask} />);
  await passes(12_000);
  await server.answer('three conflicts');
  expect(shown()).toBe('three conflicts');
  expect(server.asked).toBe(1);
  await passes(5_000);
  expect(server.asked).toBe(2);
  await server.answer('two conflicts');
  expect(shown()).toBe('two conflicts');
});

test('Somebody who asks anew need not wait for the answer that is out, and does not see it either', async () => {
  jest.useFakeTimers();
  const server = slowServer();
  render(<Shown ask={server.ask} />);
  fireEvent.click(screen.getByRole('button'));
  await server.answer('of before');
  expect(shown()).toBe('Loading');
  await passes(5_000);
  expect(server.asked).toBe(2);
  await server.answer('of after');
  expect(shown()).toBe('of after');
  await passes(5_000);
  expect(server.asked).toBe(3);
});
