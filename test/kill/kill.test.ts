import { expect, test } from '@jest/globals';
import { freshDatabase } from '../support/database.ts';
import { killAgainAndAgain } from './killing.ts';

const KILLS = 5;
const LONG_ENOUGH_MS = 600_000;

test(
  `a server that is killed in its first sync and ${KILLS} times in the middle of its work leaves both sides with everything that people wrote, and Buildium with every pushed transaction once`,
  async () => {
    const fresh = await freshDatabase();
    try {
      const outcome = await killAgainAndAgain(fresh, KILLS, 1);
      expect(outcome.differences).toEqual([]);
      expect(outcome.unremembered).toBeGreaterThan(0);
      expect(outcome.neverAgreed).toBe(0);
      expect(outcome.kills).toBe(KILLS);
      expect(outcome.midBatch).toBeGreaterThan(0);
      expect(outcome.midPush).toBeGreaterThan(0);
      expect(outcome.pushed).toBeGreaterThanOrEqual(3 * KILLS);
    } finally {
      await fresh.drop();
    }
  },
  LONG_ENOUGH_MS,
);
