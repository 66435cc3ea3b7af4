import { ok, type Result } from '../../shared/result.ts';
import type { Backend } from '../backend.ts';
import type { Answer } from '../contract.ts';
import { usePages } from '../pages.ts';
import type { Problem } from '../problem.ts';
import type { Watched } from '../remote.ts';

export type HeldEntity = Answer<'listHeld'>['held'][number];

export type HeldList = {
  /** The first so many, what needs a person first; and all fields and tables that the sync leaves alone. */
  held: readonly HeldEntity[];
  /** How many these first ones are; null where they are all. */
  firstOfMore: number | null;
};

const PAGE = 100;
const EVERY_MS = 10_000;

/** What cannot go on by itself, as far as somebody has asked for it. */
export function useHeld(backend: Backend): Watched<HeldList> & { more: () => void } {
  return usePages((pages) => read(backend, pages), backend.session.connectionId, EVERY_MS);
}

async function read(backend: Backend, pages: number): Promise<Result<HeldList, Problem>> {
  const held: HeldEntity[] = [];
  let after: string | null = null;
  for (let page = 1; page <= pages; page += 1) {
    const next: Result<Answer<'listHeld'>, Problem> = await backend.ask('listHeld', {
      query: { limit: PAGE, ...(after === null ? {} : { after }) },
    });
    if (!next.ok) return next;
    held.push(...next.value.held);
    after = next.value.nextAfter;
    if (after === null) return ok({ held, firstOfMore: null });
  }
  // They come behind all that was given up, and a click mends them.
  const gone = await backend.ask('listHeld', { query: { kind: 'quarantined', limit: PAGE } });
  if (!gone.ok) return gone;
  const listed = new Set(held.map(({ heldId }) => heldId));
  const others = gone.value.held.filter(({ heldId }) => !listed.has(heldId));
  return ok({ held: [...held, ...others], firstOfMore: held.length });
}
