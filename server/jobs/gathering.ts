/** Under way at once for the same thing in this process: while one writes, the next reads. */
const AT_ONCE = 2;

type Running = { count: number; isAskedAgain: boolean };

/**
 * Keeps a burst of wake-ups from being looked at in as many small batches: who comes while enough is under way only
 * has the last of them look once more, at everything that has gathered meanwhile.
 */
export function createGathering(): (key: string, work: () => Promise<void>) => Promise<void> {
  const running = new Map<string, Running>();
  return async (key, work) => {
    const mine = running.get(key) ?? { count: 0, isAskedAgain: false };
    if (mine.count >= AT_ONCE) {
      mine.isAskedAgain = true;
      return;
    }
    running.set(key, mine);
    mine.count += 1;
    try {
      do {
        mine.isAskedAgain = false;
        await work();
      } while (mine.isAskedAgain);
    } finally {
      mine.count -= 1;
      if (mine.count === 0) running.delete(key);
    }
  };
}
