import { formatCents } from '../../../../shared/money.ts';
import type { AnyResource, Field } from '../../../../shared/resources/define.ts';
import { isResourceName, resourceNamed } from '../../../../shared/resources/index.ts';
import type { AuditEntry } from '../../../db/audit.ts';

/** The audit's reasons as sentences for people who have never seen the sync's own words. */
export function reasonInWords(why: string): string {
  if (why.startsWith('sweep')) return 'No webhook told of it: the sweep that runs every minute found it.';
  if (why.startsWith('sync now')) return 'Found by "Sync now".';
  if (why.startsWith('nightly')) return 'Found by the nightly read of everything.';
  if (why === 'repaired') return 'Filled again after the repair.';
  return why.endsWith('.') ? why : `${why}.`;
}

/** `Market Rent $2,350.00 → $2,475.50`; contact data is sealed in the audit, and so not shown. */
export function changesInWords(
  entry: Pick<AuditEntry, 'action' | 'resource' | 'changes' | 'hasSealedChanges'>,
): string {
  const resource =
    entry.resource !== null && isResourceName(entry.resource) ? resourceNamed(entry.resource) : null;
  if (entry.action === 'rowCreated' && resource) return `New row in ${resource.table}`;
  if (entry.action === 'markedDeleted') return 'Marked as deleted in Buildium; the row stays';
  const parts = Object.entries(entry.changes).flatMap(([key, { before, after }]) => {
    const field = resource?.fields.find((candidate) => candidate.key === key);
    if (!field || key === 'updatedAt' || field.kind === 'link') return [];
    const from = before === undefined || before === null ? '' : `${valueInWords(field, before)} → `;
    return [`${field.column} ${from}${valueInWords(field, after)}`];
  });
  if (entry.hasSealedChanges) parts.push('Contact data, sealed in the audit');
  const shown = parts.slice(0, 3).join(', ');
  return parts.length > 3 ? `${shown} and ${parts.length - 3} more` : shown;
}

function valueInWords(field: Field<Record<string, unknown>>, value: unknown): string {
  if (value === null || value === undefined || value === '') return 'blank';
  if (field.kind === 'money' && typeof value === 'number') return formatCents(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
  return text.length > 48 ? `${text.slice(0, 47)}…` : text;
}

export function entityInWords(resource: AnyResource, name: string | null, entityId: string): string {
  const label = resource.label.one;
  const known = name === null || name === '' ? entityId : name;
  return `${label.charAt(0).toUpperCase()}${label.slice(1)} ${known}`;
}
