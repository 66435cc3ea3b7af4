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

/** What is being asked, and whether its rows were edited since. */
type Question = { backend: Backend; key: string; isOld: boolean };

/**
 * What a push of these rows would do, asked anew whenever another row is selected or one of them is edited. The
 * answer before stays in sight until the next one is there, and says that it is being checked. Of the same rows one
 * question is out at a time: where edits come faster than answers, each would take the place of the one before, and
 * none would ever be shown.
 */
export function usePushPreview(backend: Backend, recordIds: readonly string[], edits: number): Previewed {
  const [preview, setPreview] = useState<PushPreview | null>(null);
  const [isChecking, setIsChecking] = useState(true);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [round, setRound] = useState(0);
  const out = useRef<Question | null>(null);
  const key = recordIds.join(' ');

  useEffect(() => {
    const before = out.current;
    if (before && key !== '' && before.key === key && before.backend === backend) {
      before.isOld = true;
      setIsChecking(true);
      return undefined;
    }
    // A later selection has its own answer.
    out.current = null;
    if (key === '') {
      setPreview(null);
      setProblem(null);
      return undefined;
    }
    const ask = async (): Promise<void> => {
      const mine: Question = { backend, key, isOld: false };
      out.current = mine;
      const answer = await backend.ask('push', { body: { recordIds: key.split(' '), dryRun: true } });
      if (out.current !== mine) return;
      out.current = null;
      setProblem(answer.ok ? null : answer.error);
      setPreview(answer.ok ? answer.value.preview : null);
      if (mine.isOld) await ask();
      else setIsChecking(false);
    };
    setIsChecking(true);
    const timer = window.setTimeout(() => void ask(), STILL_MS);
    return () => window.clearTimeout(timer);
  }, [backend, key, edits, round]);

  useEffect(() => () => void (out.current = null), []);
  const again = useCallback(() => setRound((before) => before + 1), []);
  return { preview, isChecking, problem, again };
}
