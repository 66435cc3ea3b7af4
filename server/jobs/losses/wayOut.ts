import { unreachable } from '../../../shared/result.ts';
import type { HeldKind } from '../../db/held.ts';

/** The way back of what is gone from the base, for a person and for whoever runs the server. */
export const MADE_ANEW = 'have it made anew: in the extension, or with "npm run cli -- repair".';

/**
 * What a person can do about something that is held; null where it goes on by itself.
 * @param parent what it waits for, or is part of, in words; null where there is none.
 */
export function wayOut(kind: HeldKind, parent: string | null = null): string | null {
  switch (kind) {
    case 'approval':
      return 'Decide it, in the extension or with "npm run cli -- approvals": let it pass, or leave things as they are.';
    case 'parked':
      return 'Set right what the reason names, then retry it.';
    case 'refused':
      return 'Set right what the reason names, in Airtable or in Buildium: the row is then looked at again by itself.';
    case 'paused':
      return parent === null
        ? 'Untick its pause box to go on.'
        : `Untick the pause box of the ${parent}, or take the ${parent} back into the sync: this one goes on with it.`;
    case 'copy':
      return 'Delete the copy, or clear its Buildium ID to keep it as a row of your own.';
    case 'unlinked':
      return 'Enter it in Buildium, or leave it as a row of your own; money is entered under Planned Transactions.';
    case 'waiting':
      return parent === null
        ? null
        : `Look at ${parent}: as soon as it has its row, this one follows by itself.`;
    case 'retrying':
    // Its reason says how it is brought back.
    case 'quarantined':
      return null;
    default:
      return unreachable(kind);
  }
}
