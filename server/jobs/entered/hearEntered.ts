import { glAccounts } from '../../../shared/resources/glAccounts.ts';
import { distributionRulesTable } from '../../../shared/tables/distributionRules.ts';
import { ownershipTable } from '../../../shared/tables/ownership.ts';
import { paymentPlansTable } from '../../../shared/tables/paymentPlans.ts';
import type { AirtablePayload } from '../../airtable/webhook.ts';
import type { EnteredBy } from '../../db/entered.ts';
import { listOwnTables } from '../../db/ownTables.ts';
import type { BaseMapping } from '../baseMapping.ts';
import type { Job } from '../job.ts';

const ENTERED: ReadonlySet<string> = new Set(
  [ownershipTable, distributionRulesTable, paymentPlansTable].map(({ name }) => name),
);

/**
 * What the base's changes say about tables of ours: who entered what, and whether one must be looked at because a
 * field or the table itself was changed. Only Airtable knows who it was; the rows themselves do not.
 */
export async function heardOfOwnTables(
  job: Job,
  mapping: BaseMapping,
  payloads: readonly AirtablePayload[],
): Promise<{ enteredBy: EnteredBy[]; schemaChanged: boolean }> {
  const own = await listOwnTables(job.database, job.connectionId);
  const isOwn = new Set(own.map(({ tableId }) => tableId));
  const isEntered = new Set(own.filter(({ name }) => ENTERED.has(name)).map(({ tableId }) => tableId));
  const accounts = mapping.get(glAccounts.name);
  const classFieldId = accounts?.fieldIds['noiClass'];
  const heard: { enteredBy: EnteredBy[]; schemaChanged: boolean } = { enteredBy: [], schemaChanged: false };
  for (const { destroyedTableIds, tables, source, user, timestamp } of payloads) {
    if (destroyedTableIds.some((id) => isOwn.has(id))) heard.schemaChanged = true;
    for (const { tableId, fieldsChanged, created, changed } of tables) {
      if (isOwn.has(tableId) && fieldsChanged) heard.schemaChanged = true;
      const person = user?.email ?? user?.id;
      if (source !== 'client' || person === undefined) continue;
      const rows = isEntered.has(tableId)
        ? [...created, ...changed]
        : tableId === accounts?.tableId
          ? changed.filter(({ current }) => classFieldId !== undefined && classFieldId in current)
          : [];
      heard.enteredBy.push(...rows.map(({ recordId }) => ({ recordId, person, at: timestamp })));
    }
  }
  return heard;
}
