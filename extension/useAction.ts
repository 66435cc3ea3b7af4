import { useState } from 'react';
import type { Result } from '../shared/result.ts';
import type { Problem } from './problem.ts';

/** What a person asked for: what of it is under way, and why the last of it did not happen. */
export type Action<Name extends string> = {
  busy: Name | null;
  problem: Problem | null;
  /** Asks, and carries on with the answer; both are one wait for the person. */
  run<T>(name: Name, ask: () => Promise<Result<T, Problem>>, then?: (answer: T) => unknown): Promise<void>;
};

export function useAction<Name extends string>(): Action<Name> {
  const [busy, setBusy] = useState<Name | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  return {
    ...{ busy, problem },
    run: async (name, ask, then) => {
      setBusy(name);
      setProblem(null);
      try {
        const answer = await ask();
        if (answer.ok) await then?.(answer.value);
        else setProblem(answer.error);
      } finally {
        setBusy(null);
      }
    },
  };
}
