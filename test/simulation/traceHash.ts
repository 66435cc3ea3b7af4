import { createHash } from 'node:crypto';

export type TraceHash = { add(line: string): void; digest(): string };

const LONGEST_PIECE = 65_536;

/** One line for everything that happened, in order: two runs of a seed must come to the same. */
export function hashOfTrace(): TraceHash {
  const hash = createHash('sha256');
  let lines = '';
  const flush = (): void => {
    hash.update(lines);
    lines = '';
  };
  return {
    add: (line) => {
      lines += `${line}\n`;
      if (lines.length > LONGEST_PIECE) flush();
    },
    digest: () => {
      flush();
      return hash.copy().digest('base64url').slice(0, 16);
    },
  };
}
