import type { AnyResource } from '../../shared/resources/define.ts';
import { resourceNamed } from '../../shared/resources/index.ts';
import { noteBuildium, SYNCED, type Account } from './account.ts';
import { count } from './counts.ts';
import type { WireParts } from './wire.ts';

const UPDATABLE = SYNCED.map(resourceNamed).filter(({ update }) => update !== undefined);

/**
 * Lets a request through to Buildium and notes what it changed. A full-replace PUT also overwrites what people wrote
 * since the GET that it was made from: that is the stated exception, and it is marked and counted here.
 */
export function updatedThrough<T>(
  parts: WireParts,
  account: Account,
  method: string,
  path: string,
  readAt: number,
  ask: () => T,
): T {
  const found = entityAt(path);
  if (!found || (method !== 'GET' && method !== 'PUT' && method !== 'PATCH')) return ask();
  const { resource, entityId } = found;
  if (method === 'GET') {
    account.lastGet.set(path, account.moment());
    return ask();
  }
  const { random } = parts.scheduler;
  if (random.next() < parts.weather().editInGap) parts.editInGap(account, resource.name, entityId);
  markGap(parts, account, resource.name, entityId, readAt);
  const answer = ask();
  noteBuildium(account, resource, entityId, 'engine', readAt);
  return answer;
}

export function entityAt(path: string): { resource: AnyResource; entityId: string } | null {
  for (const resource of UPDATABLE) {
    const entityId = /\/(\d+)$/.exec(path)?.[1];
    if (entityId !== undefined && resource.update?.path(entityId) === path) return { resource, entityId };
  }
  return null;
}

function markGap(
  parts: WireParts,
  account: Account,
  resource: string,
  entityId: string,
  since: number,
): void {
  const prefix = `buildium ${resource} ${entityId} `;
  for (const [key, shown] of account.history) {
    if (!key.startsWith(prefix)) continue;
    for (const one of shown) {
      if (one.by !== 'person' || one.at <= since) continue;
      one.inGap = true;
      count(parts.counts, 'faults', 'buildium: an edit between our GET and PUT');
    }
  }
}
