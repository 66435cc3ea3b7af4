import { resourceNamed } from '../../shared/resources/index.ts';
import type { Account } from './account.ts';
import { saveInBuildium, typeIn, type Action } from './people.ts';

/** What somebody has just edited. */
export type RecentEdit = { resource: string; entityId: string; field: string };

const REMEMBERED = 5;

export function noteEdit(account: Account, edit: RecentEdit): void {
  account.recentEdits.unshift(edit);
  account.recentEdits.length = Math.min(account.recentEdits.length, REMEMBERED);
}

/** Somebody thinks better of what was just typed, or somebody else sees it arrive and corrects it there. */
export const editAgain: Action = (people, account) => {
  const { random } = people;
  const [recent] = account.recentEdits.slice(random.integer(0, REMEMBERED - 1));
  if (!recent) return null;
  const resource = resourceNamed(recent.resource);
  const field = resource.fields.find(({ key }) => key === recent.field);
  if (!field) return null;
  const target = { resource, field, entityId: recent.entityId };
  const edit = random.next() < 0.5 ? typeIn : saveInBuildium;
  return edit(people, account, target);
};
