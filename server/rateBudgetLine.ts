/** Who waits: a person, money on its way, everything else, a background sweep. */
export type Priority = 'person' | 'money' | 'normal' | 'sweep';

/** Most urgent first. */
const PRIORITIES: readonly Priority[] = ['person', 'money', 'normal', 'sweep'];

export type Waiter = {
  go(leave: () => void): void;
  fail(error: Error): void;
  /** A block that ends later than this from now is not waited for. */
  patienceMs: number;
};

/** Those who wait for the same set of budgets, first come first served within a priority. */
export type Line<Use> = { uses: readonly Use[]; waiters: Record<Priority, Set<Waiter>> };

export function emptyLine<Use>(uses: readonly Use[]): Line<Use> {
  return { uses, waiters: { person: new Set(), money: new Set(), normal: new Set(), sweep: new Set() } };
}

export function waitingIn(line: Line<unknown>): number {
  return PRIORITIES.reduce((sum, priority) => sum + line.waiters[priority].size, 0);
}

export function countWaiting({ waiters }: Line<unknown>): Record<Priority, number> {
  return {
    person: waiters.person.size,
    money: waiters.money.size,
    normal: waiters.normal.size,
    sweep: waiters.sweep.size,
  };
}

/** Removes and returns the most urgent waiter. */
export function takeNext(line: Line<unknown>): Waiter | undefined {
  for (const priority of PRIORITIES) {
    const [first] = line.waiters[priority];
    if (first) {
      line.waiters[priority].delete(first);
      return first;
    }
  }
  return undefined;
}

export function failAll(line: Line<unknown>, error: Error): void {
  for (let waiter = takeNext(line); waiter; waiter = takeNext(line)) waiter.fail(error);
}

/** Whoever is not willing to wait for so long leaves the line with the error. */
export function failImpatient({ waiters }: Line<unknown>, waitMs: number, error: Error): void {
  for (const priority of PRIORITIES) {
    for (const waiter of [...waiters[priority]]) {
      if (waiter.patienceMs >= waitMs) continue;
      waiters[priority].delete(waiter);
      waiter.fail(error);
    }
  }
}
