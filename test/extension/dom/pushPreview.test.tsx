import { afterEach, expect, jest, test } from '@jest/globals';
import { act, cleanup, render, screen } from '@testing-library/react';
import type { PushPreview } from '../../../shared/api/push.ts';
import { createBackend } from '../../../extension/backend.ts';
import { usePushPreview } from '../../../extension/screens/usePushPreview.ts';
import { SERVER, session } from '../fixtures/basics.ts';
import { preview as anyPreview } from '../fixtures/push.ts';
import { answerWith } from './panel.tsx';

afterEach(() => {
  cleanup();
  jest.useRealTimers();
});

/** A server that judges the rows for as long as the test says. */
function slowServer() {
  const out: ((totalCents: number) => void)[] = [];
  const asked = answerWith({
    'POST /sync/push': () =>
      new Promise((resolve) =>
        out.push((totalCents) => {
          const preview: PushPreview = { ...anyPreview, totalCents };
          resolve({ body: { preview, push: null } });
        }),
      ),
  });
  const store = { load: () => session, save: () => undefined, clear: () => undefined };
  return {
    backend: createBackend({ address: SERVER, session, store, onEnded: () => undefined }),
    answer: (totalCents: number) => act(async () => out.shift()?.(totalCents)),
    asked: () => asked.map(({ body }) => (body as { recordIds: string[] }).recordIds.join(' ')),
  };
}

type Server = ReturnType<typeof slowServer>;

function Shown({ server, rows, edits }: { server: Server; rows: readonly string[]; edits: number }) {
  const { preview, isChecking } = usePushPreview(server.backend, rows, edits);
  return <p role="status">{`${preview?.totalCents ?? 'nothing'}${isChecking ? ', checking' : ''}`}</p>;
}

const shown = () => screen.getByRole('status').textContent;
const passes = (ms: number) => act(async () => void (await jest.advanceTimersByTimeAsync(ms)));

test('While rows are edited faster than they are judged the answers are shown, one question after the other', async () => {
  jest.useFakeTimers();
  const server = slowServer();
  const of = (edits: number) => <Shown server={server} rows={['recA', 'recB']} edits={edits} />;
  const view = render(of(0));
  await passes(1_000);
  for (const edits of [1, 2, 3]) {
    view.rerender(of(edits));
    await passes(1_000);
  }
  expect(server.asked()).toEqual(['recA recB']);
  await server.answer(100);
  expect(shown()).toBe('100, checking');
  expect(server.asked()).toEqual(['recA recB', 'recA recB']);
  await server.answer(200);
  expect(shown()).toBe('200');
  await passes(60_000);
  expect(server.asked()).toHaveLength(2);
});

test('Other rows are asked about at once, and what comes late of the ones before is not shown', async () => {
  jest.useFakeTimers();
  const server = slowServer();
  const view = render(<Shown server={server} rows={['recA']} edits={0} />);
  await passes(1_000);
  view.rerender(<Shown server={server} rows={['recB']} edits={0} />);
  await passes(1_000);
  expect(server.asked()).toEqual(['recA', 'recB']);
  await server.answer(100);
  expect(shown()).toBe('nothing, checking');
  await server.answer(200);
  expect(shown()).toBe('200');
});
