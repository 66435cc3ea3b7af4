import { useCallback, useEffect, useRef, useState } from 'react';
import type { Result } from '../shared/result.ts';
import type { Problem } from './problem.ts';

/** What is known of something on the server. A failure keeps what was known before it. */
export type Remote<T> =
  | { state: 'loading' }
  | { state: 'ready'; value: T; at: number }
  | { state: 'failed'; problem: Problem; last: { value: T; at: number } | null };

export type Watched<T> = { remote: Remote<T>; reload(): Promise<void>; put(value: T): void };

/**
 * Loads, and loads again every so often while the page is looked at. On a line so slow that the answer to one question
 * is still out when the next would be due, that one isn't asked: each would take the place of the one before, and none
 * would ever be shown.
 * @param key what is loaded: another key is another thing, and forgets what was known.
 */
export function useRemote<T>(
  load: () => Promise<Result<T, Problem>>,
  key: string,
  everyMs: number | null = null,
): Watched<T> {
  const [remote, setRemote] = useState<Remote<T>>({ state: 'loading' });
  const newest = useRef(load);
  newest.current = load;
  const asked = useRef(0);
  const out = useRef<number | null>(null);

  const reload = useCallback(async () => {
    const mine = (asked.current += 1);
    out.current = mine;
    const answer = await newest.current();
    if (out.current === mine) out.current = null;
    // A later question has its own answer.
    if (mine !== asked.current) return;
    setRemote((before) => after(before, answer));
  }, []);

  useEffect(() => {
    setRemote({ state: 'loading' });
    void reload();
    return () => void (asked.current += 1);
  }, [key, reload]);

  useEffect(() => {
    if (everyMs === null) return undefined;
    const tick = (): void => {
      if (document.visibilityState !== 'hidden' && out.current === null) void reload();
    };
    const timer = window.setInterval(tick, everyMs);
    document.addEventListener('visibilitychange', tick);
    return () => {
      window.clearInterval(timer);
      document.removeEventListener('visibilitychange', tick);
    };
  }, [everyMs, reload, key]);

  const put = useCallback((value: T) => {
    asked.current += 1;
    setRemote({ state: 'ready', value, at: Date.now() });
  }, []);
  return { remote, reload, put };
}

function after<T>(before: Remote<T>, answer: Result<T, Problem>): Remote<T> {
  if (answer.ok) return { state: 'ready', value: answer.value, at: Date.now() };
  const last = lastOf(before);
  return { state: 'failed', problem: answer.error, last };
}

function lastOf<T>(remote: Remote<T>): { value: T; at: number } | null {
  if (remote.state === 'ready') return { value: remote.value, at: remote.at };
  return remote.state === 'failed' ? remote.last : null;
}

/** The value to show, newest first; null when nothing was ever known. */
export function valueOf<T>(remote: Remote<T>): T | null {
  return lastOf(remote)?.value ?? null;
}

/** The moment, for sentences such as "12 seconds ago". */
export function useNow(everyMs = 1_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), everyMs);
    return () => window.clearInterval(timer);
  }, [everyMs]);
  return now;
}
