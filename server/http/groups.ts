/** Gathers what arrives within a few milliseconds, so that it is carried out together. */
export type Groups<Item, Outcome> = {
  /** Resolves with what became of this item. */
  add(item: Item): Promise<Outcome>;
  /** Carries out what has arrived. */
  finish(): Promise<void>;
};

export type GroupOptions<Item, Outcome> = {
  windowMs: number;
  atMost: number;
  /** So many groups are carried out at a time; what arrives meanwhile is the next one, however long it takes. */
  atOnce: number;
  /** Answers what became of each item; when it fails, each is tried alone. */
  carryOut(items: readonly Item[]): Promise<(item: Item) => Outcome>;
};

type Waiting<Item, Outcome> = { item: Item; resolve(outcome: Outcome): void; reject(error: unknown): void };

export function createGroups<Item, Outcome>(options: GroupOptions<Item, Outcome>): Groups<Item, Outcome> {
  let waiting: Waiting<Item, Outcome>[] = [];
  let timer: NodeJS.Timeout | undefined;
  const running = new Set<Promise<void>>();

  const settle = async (group: readonly Waiting<Item, Outcome>[]): Promise<void> => {
    try {
      const outcomeOf = await options.carryOut(group.map(({ item }) => item));
      for (const { item, resolve } of group) resolve(outcomeOf(item));
    } catch (error) {
      if (group.length === 1) return group[0]?.reject(error);
      // One item that fails must not take the others with it.
      for (const entry of group) await settle([entry]);
    }
  };
  const start = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const group = waiting.slice(0, options.atMost);
    waiting = waiting.slice(options.atMost);
    const carriedOut = settle(group).finally(() => {
      running.delete(carriedOut);
      // What has arrived meanwhile has waited long enough.
      if (waiting.length > 0 && timer === undefined) start();
    });
    running.add(carriedOut);
  };
  const plan = (): void => {
    if (timer === undefined && running.size < options.atOnce) timer = setTimeout(start, options.windowMs);
  };
  return {
    add: (item) =>
      new Promise<Outcome>((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        plan();
      }),
    finish: async () => {
      while (running.size > 0 || timer !== undefined) {
        if (timer !== undefined) start();
        await Promise.all(running);
      }
    },
  };
}
