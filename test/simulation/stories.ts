import { REMOVED, type Shown } from './account.ts';

/** What a cell or field showed, in the order in which it did, and who put it there. */
export function storyOf(shown: readonly Shown[]): string {
  return shown
    .map(({ at, by, value, isLate }) => `${at} ${isLate ? 'late ' : ''}${by} ${textOf(value)}`)
    .join(', ');
}

export function textOf(value: Shown['value']): string {
  return value === REMOVED ? 'removed' : JSON.stringify(value);
}
