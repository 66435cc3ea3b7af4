import { useEffect, useReducer } from 'react';
import type { Answer, Message } from '../page/view.ts';
import { NOTHING_YET, reduce, type DemoState } from './state.ts';

/** Everything that the server tells, as it comes; the browser calls again by itself when the line breaks. */
export function useDemo(): DemoState {
  const [state, tell] = useReducer(reduce, NOTHING_YET);
  useEffect(() => {
    const events = new EventSource('/events');
    events.onopen = () => tell({ type: 'connection', isConnected: true });
    events.onerror = () => tell({ type: 'connection', isConnected: false });
    events.onmessage = ({ data }: MessageEvent<string>) =>
      tell({ type: 'message', message: JSON.parse(data) as Message, atMs: Date.now() });
    return () => events.close();
  }, []);
  return state;
}

/** Asks the server to do something. @returns why not, in words for the person, or null. */
export async function ask(action: string, fields: Record<string, unknown> = {}): Promise<string | null> {
  return (await answerTo(action, fields)).problem;
}

/** The same, with what was made. */
export async function answerTo(action: string, fields: Record<string, unknown>): Promise<Answer> {
  try {
    const answer = await fetch('/do', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ action, ...fields }),
    });
    return (await answer.json()) as Answer;
  } catch {
    return { problem: 'The demo does not answer. Is it still running in its terminal?' };
  }
}
