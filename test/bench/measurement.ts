/** One line of the result: what was wanted, what was achieved, and what stands behind it. */
export type Measurement = {
  name: string;
  wanted: string;
  achieved: string;
  isMet: boolean;
  details: Record<string, unknown>;
};

export type BenchOptions = {
  /** Smaller sizes, to see that everything works: its figures stand for nothing else. */
  quick: boolean;
  /** Says what is being done. */
  say(line: string): void;
  /** A new database on the bench's own durable Postgres. */
  newDatabase(): Promise<string>;
  /** A folder that is gone afterwards. */
  scratchFolder: string;
};

export type Bench = (options: BenchOptions) => Promise<Measurement[]>;

/** The value that a share of the sorted values does not exceed (nearest rank). */
export function percentileOf(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

export function rounded(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
