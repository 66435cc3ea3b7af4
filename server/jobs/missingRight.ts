import { resourceNamed } from '../../shared/resources/index.ts';

/** Where an API key is made and changed. */
export const KEYS_SCREEN = 'Settings > Developer Tools > API Keys';

/** The box that lets an API key read a resource; rows inside another record come with it. */
export function permissionOf(name: string): string {
  const { read, partOf } = resourceNamed(name);
  if (read) return read.permission;
  return partOf === undefined ? '' : permissionOf(partOf);
}

/** What is said of a resource that the API key may not read, and what to tick for it. */
export function missingRight(name: string): { what: string; whatToDo: string } {
  const { many } = resourceNamed(name).label;
  const permission = permissionOf(name);
  return {
    what: `The Buildium API key may not read ${many}: "View" for ${permission} is not ticked. What changes in them waits.`,
    whatToDo: `In Buildium, ${KEYS_SCREEN}, open the key and tick "View" for: ${permission}. It goes on by itself within a quarter of an hour.`,
  };
}

/** What is said of a record that Buildium shows and does not let the API key save. */
export function mayNotSave(name: string, entityId: string): string {
  const { one } = resourceNamed(name).label;
  return `The Buildium API key may not save ${one} ${entityId}: "Edit" for ${permissionOf(name)} is not ticked, or the key does not see its property. Change that in Buildium, ${KEYS_SCREEN}; it is then tried again by itself.`;
}

const NO_ACCESS = 'No access: ';

/** What is said of one record that the API key may not read, though it may read others. */
export function noAccess(name: string, entityId: string): string {
  const { one } = resourceNamed(name).label;
  return `${NO_ACCESS}Buildium does not show ${one} ${entityId} to the API key, though it shows others. In Buildium, ${KEYS_SCREEN}, let the key see it or its property, then retry it.`;
}

export function isNoAccess(problem: string): boolean {
  return problem.startsWith(NO_ACCESS);
}
