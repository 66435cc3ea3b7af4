import type { PushPreview, PushPreviewRecord } from '../shared/api/push.ts';
import { formatCents } from '../shared/money.ts';
import { plural } from './words.ts';

/** As many rows as the server previews at once. */
export const MOST_ROWS = 500;

/** The table whose rows are pushed, by the name that it was made with. */
export const PLANNED_TABLE = 'Planned Transactions';

export type Outcome = PushPreviewRecord['outcome'];

/** What needs a look stands first. */
const ORDER: readonly Outcome[] = ['refused', 'create', 'change', 'unchanged'];

export function inOrder(records: readonly PushPreviewRecord[]): PushPreviewRecord[] {
  return [...records].sort((a, b) => ORDER.indexOf(a.outcome) - ORDER.indexOf(b.outcome));
}

export type Sendable = { recordId: string; previewHash: string };

/** The rows that a confirmation names, each with what was shown of it. */
export function sendable(records: readonly PushPreviewRecord[]): Sendable[] {
  return records.flatMap(({ recordId, previewHash, outcome }) =>
    previewHash !== null && (outcome === 'create' || outcome === 'change') ? [{ recordId, previewHash }] : [],
  );
}

/** What the confirming button will do: `Create 3 lease charges and change 1 bill, $2,450.00`. */
export function confirmWords({ totals, totalCents }: PushPreview): string | null {
  const parts = (['create', 'change'] as const).flatMap((outcome) => {
    const mine = totals.filter((total) => total.outcome === outcome && total.transactions > 0);
    return mine.length === 0 ? [] : [`${outcome} ${listed(mine.map(kindWords))}`];
  });
  if (parts.length === 0) return null;
  const words = parts.join(' and ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}, ${formatCents(totalCents)}`;
}

function kindWords({ transactions, kindLabel }: PushPreview['totals'][number]): string {
  const one = kindLabel.charAt(0).toLowerCase() + kindLabel.slice(1);
  return plural(transactions, one, one.endsWith('y') ? `${one.slice(0, -1)}ies` : `${one}s`);
}

export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
