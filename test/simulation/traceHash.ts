import { createHash } from 'node:crypto';

export type TraceHash = { add(line: string): void; digest(): string };

/** One line for everything that happened, in order: two runs of a seed must come to the same. */
export function hashOfTrace(): TraceHash {
  const hash = createHash('sha256');
  return {
    add: (line) => void hash.update(`${line}\n`),
    digest: () => hash.copy().digest('base64url').slice(0, 16),
  };
}
