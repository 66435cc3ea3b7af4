import * as z from 'zod';
import type { OwnTable } from '../../../shared/tables/define.ts';
import { distributionRulesTable } from '../../../shared/tables/distributionRules.ts';
import { ownershipTable } from '../../../shared/tables/ownership.ts';
import { paymentPlansTable } from '../../../shared/tables/paymentPlans.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { CallFailure } from '../../callFailure.ts';
import { enteredBy, type EnteredProblem } from '../../db/entered.ts';
import { todayIn } from '../calendar.ts';
import { readBeside } from './enteredBeside.ts';
import { readClasses, SOMEBODY } from './enteredClasses.ts';
import { judgeOwnership } from './enteredOwnership.ts';
import type { Judged } from './enteredRow.ts';
import { judgeInstalment, judgeRule } from './enteredRules.ts';
import { storeEntered, type Entered } from './enteredStore.ts';
import type { Job } from '../job.ts';
import { parse } from '../ledger/ledgerSource.ts';
import type { OwnTableFailure } from '../ownTables/ownTables.ts';
import { readOwnRows, type OwnRow } from '../ownTables/ownRows.ts';
import { writeOwnRows } from '../ownTables/ownRowWrites.ts';
import { MADE_ANEW } from '../losses/wayOut.ts';

const OWNERS = '/v1/rentals/owners';
const owners = z.array(z.looseObject({ Id: z.number(), PropertyIds: z.array(z.number()).nullish() }));

/**
 * Reads what people enter in Airtable for the month's money: shares, rules, payment plans, classes of accounts, and
 * what stands beside properties, bank accounts, transactions and calculated figures.
 * What can be used is stored with who entered it, and the audit has what changed; a row that cannot be used says why
 * in its own note. To be called before every run.
 * @returns the rows that no calculation can use.
 */
export async function readEntered(job: Job): Promise<Result<EnteredProblem[], OwnTableFailure>> {
  const ownership = await rowsOf(job, ownershipTable);
  if (!ownership.ok) return ownership;
  const rules = await rowsOf(job, distributionRulesTable);
  if (!rules.ok) return rules;
  const plans = await rowsOf(job, paymentPlansTable);
  if (!plans.ok) return plans;
  const classes = await readClasses(job);
  if (!classes.ok) return classes;
  const beside = await readBeside(job);
  if (!beside.ok) return beside;
  const owned = ownership.value.length === 0 ? ok(new Map<number, number[]>()) : await ownersByProperty(job);
  if (!owned.ok) return owned;
  const all = [...ownership.value, ...rules.value, ...plans.value];
  const recordIds = all.map(({ recordId }) => recordId);
  const editors = await enteredBy(job.database, job.connectionId, recordIds);
  const by = ({ recordId }: OwnRow): string => editors.get(recordId) ?? SOMEBODY;
  const entered: Entered = {
    by: editors,
    ownership: judgeOwnership(ownership.value, owned.value, todayIn(job)),
    rules: rules.value.map((row) => judgeRule(row, by(row))),
    plans: plans.value.map((row) => judgeInstalment(row, by(row))),
    classes: classes.value?.classes ?? null,
    beside: beside.value,
  };
  const problems = await storeEntered(job, entered);
  for (const [table, rows, judged] of [
    [ownershipTable, ownership.value, entered.ownership],
    [distributionRulesTable, rules.value, entered.rules],
    [paymentPlansTable, plans.value, entered.plans],
  ] as const) {
    const said = await sayOnRows(job, table, rows, judged);
    if (!said.ok) return said;
  }
  const named = await nameClasses(job, classes.value);
  return named.ok ? ok(problems) : named;
}

/** Rows of a table that somebody changed so that it cannot be read stop everything: nothing is calculated by halves. */
async function rowsOf(job: Job, table: OwnTable): Promise<Result<OwnRow[], OwnTableFailure>> {
  const read = await readOwnRows(job, table);
  if (!read.ok) return read;
  const needed = table.columns.filter(({ key }) => key !== 'name' && key !== 'state' && key !== 'note');
  const lost = needed.find(({ key }) =>
    read.value.some(({ values, problems }) => !(key in values) && problems.every((one) => one.key !== key)),
  );
  if (!lost) return read;
  const message = `The column "${lost.column}" of the table "${table.table}" was deleted or changed in Airtable, so that its rows cannot be read. Restore it, or ${MADE_ANEW}`;
  return err({ kind: 'notReady', message });
}

async function ownersByProperty(job: Job): Promise<Result<Map<number, number[]>, CallFailure>> {
  const list = await job.buildium.list(OWNERS, {}, { priority: 'normal' });
  if (!list.ok) return list;
  const read = parse(OWNERS, owners, list.value.items);
  if (!read.ok) return read;
  const byProperty = new Map<number, number[]>();
  for (const { Id, PropertyIds } of read.value)
    for (const propertyId of PropertyIds ?? [])
      byProperty.set(propertyId, [...(byProperty.get(propertyId) ?? []), Id]);
  return ok(byProperty);
}

/** Writes into each row whether it is used, where that is not said already. */
async function sayOnRows(
  job: Job,
  table: OwnTable,
  rows: readonly OwnRow[],
  judged: readonly Judged<unknown>[],
): Promise<Result<null, OwnTableFailure>> {
  const shown = new Map(rows.map((row) => [row.recordId, row.values]));
  const writes = judged.flatMap(({ recordId, problem, isBlank }) => {
    const state = isBlank ? null : problem === null ? 'In use' : 'Problem';
    const before = shown.get(recordId);
    if (before?.['state'] === state && before['note'] === problem) return [];
    return [{ recordId, values: { state, note: problem } }];
  });
  if (writes.length === 0) return ok(null);
  const written = await writeOwnRows(job, table, writes);
  return written.ok ? ok(null) : written;
}

const ROWS_A_REQUEST = 10;

/** Fills in who confirmed a class, where nobody wrote it down. */
async function nameClasses(
  job: Job,
  read: Extract<Awaited<ReturnType<typeof readClasses>>, { ok: true }>['value'],
): Promise<Result<null, CallFailure>> {
  if (read === null || read.nameFieldId === null) return ok(null);
  const { tableId, nameFieldId } = read;
  const rows = read.classes
    .filter(({ lacksName, confirmedBy }) => lacksName && confirmedBy !== SOMEBODY)
    .map(({ recordId, confirmedBy }) => ({ id: recordId, fields: { [nameFieldId]: confirmedBy } }));
  for (let start = 0; start < rows.length; start += ROWS_A_REQUEST) {
    const some = rows.slice(start, start + ROWS_A_REQUEST);
    const written = await job.airtable.updateRecords(tableId, some, { priority: 'normal' });
    if (!written.ok) return written;
  }
  return ok(null);
}
