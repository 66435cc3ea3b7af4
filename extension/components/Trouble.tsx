import type { Problem } from '../problem.ts';
import { Banner } from './Banner.tsx';

/** Why what somebody asked for did not happen; nothing where it did. */
export function Trouble({ problem }: { problem: Problem | null }) {
  if (problem === null) return null;
  return (
    <Banner tone="error" title={problem.title}>
      {problem.message}
    </Banner>
  );
}
