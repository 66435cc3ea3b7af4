import { useCallback, useEffect, useRef, useState } from 'react';
import type { PushPreview } from '../../shared/api/push.ts';
import type { Backend } from '../backend.ts';
import type { Problem } from '../problem.ts';

export type Previewed = {
  /** What was last said of these rows or the ones before them; null before the first answer. */
  preview: PushPreview | null;
  isChecking: boolean;
  problem: Problem | null;
  again: () => void;
};

/** A selection that still moves is not asked about. */
const STILL_MS = 250;

/**
 * What a push of these rows would do, asked anew whenever another row is selected or one of them is edited. The
 * answer before stays in sight until the next one is there, and says that it is being checked.
 */
export function usePushPreview(backend: Backend, recordIds: readonly string[], edits: number): Previewed {
  const [preview, setPreview] = useState<PushPreview | null>(null);
  const [isChecking, setIsChecking] = useState(true);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [round, setRound] = useState(0);
  const asked = useRef(0);
  const key = recordIds.join(' ');

  useEffect(() => {
    const mine = (asked.current += 1);
    if (key === '') {
      setPreview(null);
      setProblem(null);
      return undefined;
    }
    setIsChecking(true);
    const timer = window.setTimeout(() => {
      const body = { recordIds: key.split(' '), dryRun: true };
      void backend.ask('push', { body }).then((answer) => {
        // A later selection has its own answer.
        if (mine !== asked.current) return;
        setIsChecking(false);
        setProblem(answer.ok ? null : answer.error);
        setPreview(answer.ok ? answer.value.preview : null);
      });
    }, STILL_MS);
    return () => window.clearTimeout(timer);
  }, [backend, key, edits, round]);

  useEffect(() => () => void (asked.current += 1), []);
  const again = useCallback(() => setRound((before) => before + 1), []);
  return { preview, isChecking, problem, again };
}
