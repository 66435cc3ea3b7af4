import { seedChart } from './seed-chart.ts';
import { seedScale } from './seed-scale.ts';
import { seedStory } from './seed-story.ts';
import type { World } from './state.ts';

/** `empty` has the chart of accounts, a bank account, vendor categories and staff, and nothing else. */
export type Seed = 'story' | 'empty' | { properties: number; seed?: number; transactionsPerLease?: number };

/** Fills a new world. The same seed at the same time gives the same world. */
export function seedWorld(world: World, seed: Seed, nowMs: number): void {
  const chart = seedChart(world, nowMs);
  if (seed === 'story') seedStory(world, chart, nowMs);
  else if (seed !== 'empty') seedScale(world, chart, seed, nowMs);
}
