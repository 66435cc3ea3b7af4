import { eventually, type StillMissing } from '../eventually.ts';
import type { Cast } from '../cast.ts';
import type { Stage } from '../stage.ts';

/** What a step hands back: how long the other side took to show it, and what was compared with what. */
export type Checked = {
  /** From the person's click to the other side showing it; null where nothing travels. */
  latencyMs: number | null;
  checked: readonly string[];
};

export type Step = {
  name: string;
  /** What to look at when it fails. */
  whatToDo: string;
  play(scene: Scene): Promise<Checked>;
};

export type Scene = Stage & { cast: Cast };

/** Does something and waits until a fact holds. @returns the milliseconds from the one to the other. */
export async function timed(
  act: () => Promise<unknown>,
  what: string,
  check: () => StillMissing | Promise<StillMissing>,
  patience: { withinMs?: number; everyMs?: number } = {},
): Promise<number> {
  const started = performance.now();
  await act();
  await eventually(what, check, { withinMs: 20_000, ...patience });
  return Math.round(performance.now() - started);
}

/** The step fails with this sentence unless the condition holds. */
export function must(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new Error(otherwise);
}
