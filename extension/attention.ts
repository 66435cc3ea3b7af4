import type { Finding, SyncStatus } from '../shared/syncStatus.ts';

/** What the Overview shows as figures, or heads the page with. */
const SHOWN_AS_FIGURES: ReadonlySet<string> = new Set([
  ...['Reconciliation', 'Quota', 'Rows', 'Buildium side', 'Airtable side'],
]);

/** What the Overview lists one by one, with its buttons, or has a page of its own. */
const LISTED: ReadonlySet<string> = new Set([
  ...['Parked', 'Refused', 'Decision', 'Conflicts', 'Waiting', 'Rows left alone', 'Notice'],
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
    ({ about, message }) =>
      !SHOWN_AS_FIGURES.has(about) && !LISTED.has(about) && !said.some((text) => text.includes(message)),
  );
}

export function needsPerson({ level }: Finding): boolean {
  return level === 'problem';
}

/** How many things wait for a person, wherever on the page they stand. */
export function countOfProblems({ attention }: Pick<SyncStatus, 'attention'>): number {
  return attention.filter((finding) => needsPerson(finding) && !SHOWN_AS_FIGURES.has(finding.about)).length;
}
