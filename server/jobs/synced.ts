import { createHmac, hash } from 'node:crypto';
import type { AnyResource } from '../../shared/resources/define.ts';
import { sameValue, type FieldValue } from '../../shared/resources/values.ts';
import type { LinkRow } from '../db/links.ts';
import type { Decoded, Entity } from '../sync/entity.ts';
import type { Agreement, LinkView } from '../sync/plan.ts';
import type { Job } from './job.ts';
import type { PersonalVault } from './personalVault.ts';

/** What contact fields showed, as it is sealed: Buildium's side, and Airtable's where it differs. */
type SealedSynced = { buildium: Record<string, FieldValue>; airtable: Record<string, FieldValue> };

const isPersonal = (resource: AnyResource, key: string): boolean =>
  resource.fields.some((field) => field.key === key && field.personal === true);

export function hasPersonalFields(resource: AnyResource): boolean {
  return resource.fields.some((field) => field.personal === true);
}

/** The contact data among the values, for whoever must not repeat it. */
export function personalIn(resource: AnyResource, values: Readonly<Record<string, FieldValue>>): string[] {
  return resource.fields.flatMap(({ key, personal }) => {
    const value = values[key];
    return personal === true && typeof value === 'string' ? [value, ...value.split('\n')] : [];
  });
}

/** The link's remembered values, contact data opened. */
export function syncedOf(link: LinkRow, vault: PersonalVault | null): LinkView['synced'] {
  const sealed = (link.syncedSealed && vault?.open(link.entityId, link.syncedSealed)) as
    | SealedSynced
    | null
    | '';
  const buildium = { ...link.syncedBuildium, ...(sealed ? sealed.buildium : {}) } as Record<
    string,
    FieldValue
  >;
  const airtable = { ...link.syncedAirtable, ...(sealed ? sealed.airtable : {}) } as Record<
    string,
    FieldValue
  >;
  return Object.fromEntries(
    Object.entries(buildium).map(([key, value]) => [
      key,
      // A blank of Airtable's own is a value too: Buildium may show 0 where a cell is empty.
      { buildium: value, airtable: key in airtable ? (airtable[key] ?? null) : value },
    ]),
  );
}

/** The columns of a link that hold remembered values. */
export function packSynced(
  resource: AnyResource,
  entityId: string,
  synced: LinkView['synced'],
  vault: PersonalVault | null,
): Pick<LinkRow, 'syncedBuildium' | 'syncedAirtable' | 'syncedSealed'> {
  const open: SealedSynced = { buildium: {}, airtable: {} };
  const sealed: SealedSynced = { buildium: {}, airtable: {} };
  for (const [key, value] of Object.entries(synced)) {
    const target = isPersonal(resource, key) ? sealed : open;
    target.buildium[key] = value.buildium;
    if (!sameValue(value.buildium, value.airtable)) target.airtable[key] = value.airtable;
  }
  return {
    syncedBuildium: open.buildium,
    syncedAirtable: Object.keys(open.airtable).length > 0 ? open.airtable : null,
    syncedSealed: vault && Object.keys(sealed.buildium).length > 0 ? vault.seal(entityId, sealed) : null,
  };
}

export type Change = { before?: FieldValue; after?: FieldValue };

/** Changes for the audit, contact data apart from the rest. */
export function packChanges(
  resource: AnyResource,
  entityId: string,
  changes: Readonly<Record<string, Change>>,
  vault: PersonalVault | null,
): { changes: Record<string, Change>; changesSealed: string | null } {
  const open: Record<string, Change> = {};
  const sealed: Record<string, Change> = {};
  for (const [key, change] of Object.entries(changes))
    (isPersonal(resource, key) ? sealed : open)[key] = change;
  const changesSealed = vault && Object.keys(sealed).length > 0 ? vault.seal(entityId, sealed) : null;
  return { changes: open, changesSealed };
}

/** Adds what was agreed to what is remembered; other fields keep what they had. */
export function withAgreed(synced: LinkView['synced'], agreed: Agreement): LinkView['synced'] {
  return { ...synced, ...agreed };
}

/** Knows a value again without keeping it. */
export function digestOf(job: Pick<Job, 'digestKey'>, field: string, value: FieldValue): string {
  return createHmac('sha256', job.digestKey)
    .update(`${field}\n${JSON.stringify(value)}`)
    .digest('base64url')
    .slice(0, 16);
}

/** The same of several fields. */
export function digestsOf(job: Pick<Job, 'digestKey'>, entity: Entity): Record<string, string> {
  return Object.fromEntries(Object.entries(entity).map(([key, value]) => [key, digestOf(job, key, value)]));
}

/**
 * A short line that stands for what Buildium shows of an entity and the rows inside it.
 * Fields that only the nightly read sees are left out, since the other sweeps could not repeat them.
 */
export function fingerprint(
  family: readonly ({ resource: AnyResource; entityId: string } & Decoded)[],
): string {
  const lines = family
    .map(({ resource, entityId, entity, problems }) => {
      const fields = resource.fields.filter((field) => field.nightly !== true);
      const values = fields.map((field) => entity[field.key] ?? null);
      return JSON.stringify([resource.name, entityId, values, problems]);
    })
    .sort();
  return hash('sha256', lines.join('\n'), 'base64url').slice(0, 22);
}
