/** What happens by itself at a moment that was drawn before. */
export type DueActs = {
  add(dueMs: number, act: () => void): void;
  /** @returns whether anything was due; one thing at a time. */
  carryOut(nowMs: number): boolean;
  nextMs(): number | null;
  clear(): void;
};

export function createDueActs(): DueActs {
  const acts: { dueMs: number; act: () => void }[] = [];
  return {
    add: (dueMs, act) => void acts.push({ dueMs, act }),
    carryOut: (nowMs) => {
      const due = acts.findIndex(({ dueMs }) => dueMs <= nowMs);
      if (due >= 0) acts.splice(due, 1)[0]?.act();
      return due >= 0;
    },
    nextMs: () => (acts.length > 0 ? Math.min(...acts.map(({ dueMs }) => dueMs)) : null),
    clear: () => void acts.splice(0),
  };
}
