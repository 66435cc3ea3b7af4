import type { OwnTable } from '../../../shared/tables/define.ts';
import { distributionRulesTable } from '../../../shared/tables/distributionRules.ts';
import { ownershipTable } from '../../../shared/tables/ownership.ts';
import { paymentPlansTable } from '../../../shared/tables/paymentPlans.ts';
import { appendAudit, type AuditRow } from '../../db/audit.ts';
import {
  listDistributionRules,
  replaceDistributionRules,
  type DistributionRule,
} from '../../db/distributionRules.ts';
import { lockEntered, replaceEnteredProblems, type EnteredProblem } from '../../db/entered.ts';
import { listGlClasses, removeGlClasses, saveGlClasses } from '../../db/glClasses.ts';
import { listOwnership, replaceOwnership, type OwnershipEntry } from '../../db/ownership.ts';
import { listInstalments, replaceInstalments, type InstalmentRow } from '../../db/paymentPlans.ts';
import type { Transaction } from '../../db/database.ts';
import type { EnteredBeside } from './enteredBeside.ts';
import { storeBeside } from './enteredBesideStore.ts';
import { changed, type Change } from './enteredChanges.ts';
import { SOMEBODY, type EnteredClass } from './enteredClasses.ts';
import type { Judged } from './enteredRow.ts';
import { nowOf, type Job } from '../job.ts';

/** Everything that people entered, as it was read just now. */
export type Entered = {
  /** Who last changed a row, by its id. */
  by: ReadonlyMap<string, string>;
  ownership: readonly Judged<OwnershipEntry>[];
  rules: readonly Judged<DistributionRule>[];
  plans: readonly Judged<InstalmentRow>[];
  /** Null where they could not be read: then the stored ones stay. */
  classes: readonly EnteredClass[] | null;
  beside: EnteredBeside;
};

/** Makes what is stored what people entered, in one transaction with the audit of what changed. */
export async function storeEntered(job: Job, entered: Entered): Promise<EnteredProblem[]> {
  const now = nowOf(job);
  const problems = [
    ...problemsIn(ownershipTable, entered.ownership),
    ...problemsIn(distributionRulesTable, entered.rules),
    ...problemsIn(paymentPlansTable, entered.plans),
  ];
  await job.database.transaction(async (tx) => {
    // A calculation and the look at what was typed may come to this at once.
    await lockEntered(tx, job.connectionId);
    const changes = [
      ...(await storeOwnership(tx, job, entered)),
      ...(await storeRules(tx, job, entered, now)),
      ...(await storePlans(tx, job, entered, now)),
      ...(await storeClasses(tx, job, entered, now)),
      ...(await storeBeside(tx, job, entered.beside, now)),
    ];
    await replaceEnteredProblems(tx, job.connectionId, problems);
    const rows = changes.map((change) => auditOf(job, change));
    await appendAudit(tx, job.connectionId, rows, now);
  });
  return problems;
}

function problemsIn({ name, table }: OwnTable, judged: readonly Judged<unknown>[]): EnteredProblem[] {
  return judged.flatMap(({ recordId, problem, propertyId }) =>
    problem === null ? [] : [{ recordId, name, propertyId, message: `A row of ${table}: ${problem}` }],
  );
}

async function storeOwnership(tx: Transaction, job: Job, { ownership, by }: Entered): Promise<Change[]> {
  const rows = ownership.flatMap(({ stored }) => stored);
  const before = await listOwnership(tx, job.connectionId);
  const changes = changed(before, rows, ({ ownershipId }) => ownershipId);
  if (changes.length > 0) await replaceOwnership(tx, job.connectionId, rows);
  return changes.map(({ id, ...rest }) => {
    const [recordId = id] = id.split(' ');
    return { resource: ownershipTable.name, id, recordId, actor: by.get(recordId) ?? SOMEBODY, ...rest };
  });
}

async function storeRules(tx: Transaction, job: Job, { rules, by }: Entered, now: string): Promise<Change[]> {
  const rows = rules.flatMap(({ stored }) => stored);
  const before = await listDistributionRules(tx, job.connectionId);
  const changes = changed(before, rows, ({ ruleId }) => ruleId);
  if (changes.length > 0) await replaceDistributionRules(tx, job.connectionId, rows, now);
  return changes.map(({ id, ...rest }) => ({
    ...{ resource: distributionRulesTable.name, id, recordId: id, actor: by.get(id) ?? SOMEBODY },
    ...rest,
  }));
}

async function storePlans(tx: Transaction, job: Job, { plans, by }: Entered, now: string): Promise<Change[]> {
  const rows = plans.flatMap(({ stored }) => stored);
  const before = await listInstalments(tx, job.connectionId);
  const changes = changed(before, rows, ({ instalmentId }) => instalmentId);
  if (changes.length > 0) await replaceInstalments(tx, job.connectionId, rows, now);
  return changes.map(({ id, ...rest }) => ({
    ...{ resource: paymentPlansTable.name, id, recordId: id, actor: by.get(id) ?? SOMEBODY },
    ...rest,
  }));
}

async function storeClasses(tx: Transaction, job: Job, { classes }: Entered, now: string): Promise<Change[]> {
  if (classes === null) return [];
  const rows = classes.map(({ glAccountId, noiClass, confirmedBy }) => ({
    glAccountId,
    noiClass,
    confirmedBy,
  }));
  const before = await listGlClasses(tx, job.connectionId);
  const changes = changed(before, rows, ({ glAccountId }) => String(glAccountId));
  const gone = changes.filter(({ after }) => after === null).map(({ id }) => Number(id));
  await removeGlClasses(tx, job.connectionId, gone);
  const saved = new Set(changes.map(({ id }) => Number(id)));
  await saveGlClasses(
    tx,
    job.connectionId,
    rows.filter(({ glAccountId }) => saved.has(glAccountId)),
    now,
  );
  return changes.map(({ id, before: was, after }) => ({
    ...{ resource: 'glAccounts', id, recordId: null, actor: after?.confirmedBy ?? SOMEBODY },
    ...{ before: was, after },
  }));
}

function auditOf(job: Job, { resource, id, recordId, actor, before, after }: Change): AuditRow {
  const columns = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  const valueIn = (row: object | null, key: string): unknown =>
    (row as Record<string, unknown> | null)?.[key] ?? null;
  const changes = Object.fromEntries(
    [...columns]
      .map((key) => [key, { before: valueIn(before, key), after: valueIn(after, key) }] as const)
      .filter(([, pair]) => pair.before !== pair.after),
  );
  const what = before === null ? 'Entered' : after === null ? 'Taken out' : 'Changed';
  return {
    ...{ auditId: job.newId(), actor, action: 'entered', resource, entityId: id, airtableRecordId: recordId },
    ...{ changes, changesSealed: null, why: `${what} in Airtable, for the month's money`, runId: null },
  };
}
