/** How often each thing occurred: faults, crash points, rows of the merge table, people's actions. */
export type Counts = Record<string, Record<string, number>>;

export function count(counts: Counts, group: string, what: string, by = 1): void {
  const held = (counts[group] ??= {});
  held[what] = (held[what] ?? 0) + by;
}

export function addCounts(into: Counts, from: Counts): void {
  for (const [group, held] of Object.entries(from))
    for (const [what, times] of Object.entries(held)) count(into, group, what, times);
}

/** The same figures whatever the order in which they came. */
export function sorted(counts: Counts): Counts {
  const inOrder = <T>(held: Record<string, T>): [string, T][] =>
    Object.entries(held).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    inOrder(counts).map(([group, held]) => [group, Object.fromEntries(inOrder(held))]),
  );
}
