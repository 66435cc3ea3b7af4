import type { Finding, SyncStatus } from '../shared/syncStatus.ts';

/** What has a place of its own on the Overview, with its figures and buttons. */
const SHOWN_ELSEWHERE: ReadonlySet<string> = new Set([
  ...['Parked', 'Waiting', 'Notice', 'Reconciliation', 'Quota', 'Rows'],
  ...['Buildium side', 'Airtable side'],
]);

/**
 * The server's sentences about what is wrong or worth knowing, without those that the page says already.
 * @param said the texts that stand elsewhere on the page.
 */
export function attentionOf(
  { attention }: Pick<SyncStatus, 'attention'>,
  said: readonly string[] = [],
): Finding[] {
  return attention.filter(
    ({ about, message }) => !SHOWN_ELSEWHERE.has(about) && !said.some((text) => text.includes(message)),
  );
}

export function needsPerson({ level }: Finding): boolean {
  return level === 'problem';
}
