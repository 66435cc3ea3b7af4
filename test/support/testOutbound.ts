import type { Database } from '../../server/db/database.ts';
import { createOutbound, type CallRecord, type Outbound } from '../../server/outbound.ts';
import { createRateBudget, type RateBudget } from '../../server/rateBudget.ts';
import { manualClock, type ManualClock } from './manualClock.ts';

export type TestOutbound = {
  outbound: Outbound;
  rateBudget: RateBudget;
  clock: ManualClock;
  /** Every attempt on the wire. */
  calls: CallRecord[];
  logged: string[];
  close(): Promise<void>;
};

/** The real way out, on a clock whose pauses of up to 20 seconds pass at once; deadlines stand still. */
export function testOutbound(database: Database): TestOutbound {
  const clock = manualClock();
  const logged: string[] = [];
  const log = {
    warn: (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`),
    info: () => undefined,
  };
  const rateBudget = createRateBudget({ database, clock, log });
  const calls: CallRecord[] = [];
  const outbound = createOutbound({
    rateBudget,
    clock,
    log,
    onCall: (call) => calls.push(call),
    random: () => 0,
  });
  const running = clock.run({ atMostMs: 20_000 });
  return {
    outbound,
    rateBudget,
    clock,
    calls,
    logged,
    close: async () => {
      running.stop();
      await outbound.close();
      rateBudget.close();
    },
  };
}
