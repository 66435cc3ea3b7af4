import type { Random } from '../../server/sandbox/random.ts';

/** How bad the wires, the machines and the services are in one seed: shares of requests, or of steps. */
export type Weather = {
  tornBefore: number;
  tornAfter: number;
  timeOutAfter: number;
  lateEffect: number;
  serverError: number;
  serverErrorAfter: number;
  tooMany: number;
  crash: number;
  crashInTransaction: number;
  editInGap: number;
  eventLost: number;
  eventDoubled: number;
  eventsReordered: boolean;
  pingLost: number;
  pingDoubled: number;
  /** Lists that take their time. */
  slowList: number;
  /** Gates at which a worker stands still for a while, as a machine does that is suspended. */
  holdUp: number;
  workers: number;
};

/** A share that is zero in some seeds, so that every fault is also met alone. */
function share(random: Random, most: number): number {
  return random.next() < 0.4 ? 0 : random.next() * most;
}

export function weatherOf(random: Random): Weather {
  return {
    tornBefore: share(random, 0.03),
    tornAfter: share(random, 0.04),
    timeOutAfter: share(random, 0.03),
    lateEffect: share(random, 0.08),
    serverError: share(random, 0.03),
    serverErrorAfter: share(random, 0.02),
    tooMany: share(random, 0.02),
    crash: share(random, 0.006),
    crashInTransaction: share(random, 0.01),
    editInGap: share(random, 0.4),
    eventLost: share(random, 0.3),
    eventDoubled: share(random, 0.2),
    eventsReordered: random.next() < 0.5,
    pingLost: share(random, 0.3),
    pingDoubled: share(random, 0.2),
    slowList: share(random, 0.8),
    holdUp: share(random, 0.02),
    workers: random.next() < 0.7 ? 2 : 1,
  };
}

export const CALM: Weather = {
  ...{ tornBefore: 0, tornAfter: 0, timeOutAfter: 0, lateEffect: 0, serverError: 0, serverErrorAfter: 0 },
  ...{ tooMany: 0, crash: 0, crashInTransaction: 0, editInGap: 0, eventLost: 0, eventDoubled: 0 },
  ...{ eventsReordered: false, pingLost: 0, pingDoubled: 0, slowList: 0, holdUp: 0 },
  workers: 1,
};
