import * as z from 'zod';
import { addDays } from '../../../../shared/dates.ts';
import { ok, type Result } from '../../../../shared/result.ts';
import type { ClassifiedAccount } from '../../../accounting/classify.ts';
import type { AccountAmounts } from '../../../accounting/tieOut.ts';
import type { CallFailure } from '../../../callFailure.ts';
import type { CalculationRun } from '../../../db/calculationRuns.ts';
import { keepSupplement, supplementOf } from '../../../db/runSupplements.ts';
import { LEDGER_CALLS, parse, readBalances } from '../../ledger/ledgerSource.ts';
import { nowOf, type Job } from '../../job.ts';
import { openVault } from '../../personalVault.ts';
import { readChart } from '../../ledger/readChart.ts';
import { openBills, openByTenants, type OpenItem } from './openItems.ts';
import { rentRollOf } from './rentRoll.ts';

/** What the tables and statements of a run say beside its figures, as it was when they were made first. */
export type RunSupplement = {
  company: { name: string; lines: string[] };
  /** Lines of each property's address, by its id. */
  addresses: Record<string, string[]>;
  /** Balances on the run's basis on the day before it begins, and on its last day. */
  opening: AccountAmounts[];
  closing: AccountAmounts[];
  /** Every account that has a balance. */
  accounts: ClassifiedAccount[];
  openItems: OpenItem[];
  /** Buildium's properties of each owner, by owner id: a statement without one of them would mislead. */
  owned: Record<string, number[]>;
};

export type SupplementedRun = { supplement: RunSupplement; ownerNames: ReadonlyMap<number, string> };

const address = z.looseObject({
  AddressLine1: z.string().nullish(),
  AddressLine2: z.string().nullish(),
  AddressLine3: z.string().nullish(),
  City: z.string().nullish(),
  State: z.string().nullish(),
  PostalCode: z.string().nullish(),
});
const account = z.looseObject({
  CompanyName: z.string().nullish(),
  Contact: z.looseObject({ Address: address.nullish(), PhoneNumber: z.string().nullish() }).nullish(),
});
const rentals = z.array(z.looseObject({ Id: z.number(), Address: address.nullish() }));
const owners = z.array(
  z.looseObject({
    Id: z.number(),
    IsCompany: z.boolean().nullish(),
    CompanyName: z.string().nullish(),
    FirstName: z.string().nullish(),
    LastName: z.string().nullish(),
    PropertyIds: z.array(z.number()).nullish(),
  }),
);

/** The supplement of a run: what was kept with it, or gathered and kept now. */
export async function supplementFor(
  job: Job,
  run: CalculationRun,
): Promise<Result<SupplementedRun, CallFailure>> {
  const kept = await storedSupplement(job, run.runId);
  if (kept) return ok(kept);
  const gathered = await gather(job, run);
  if (!gathered.ok) return gathered;
  const { supplement, ownerNames } = gathered.value;
  await job.database.transaction(async (tx) => {
    const vault = await openVault(job, tx, 'owners', [...ownerNames.keys()].map(String));
    await keepSupplement(tx, job.connectionId, {
      runId: run.runId,
      gatheredAt: nowOf(job),
      content: JSON.stringify(supplement),
      owners: [...ownerNames].map(([ownerId, name]) => ({
        ownerId,
        nameSealed: vault.seal(String(ownerId), name),
      })),
    });
  });
  // Another process may have been first: all show what it kept.
  return ok((await storedSupplement(job, run.runId)) ?? gathered.value);
}

/** What was kept with the run; null where nothing was yet. Names of owners who were forgotten are left out. */
export async function storedSupplement(job: Job, runId: string): Promise<SupplementedRun | null> {
  const kept = await supplementOf(job.database, job.connectionId, runId);
  if (!kept) return null;
  const ids = kept.owners.map(({ ownerId }) => String(ownerId));
  const vault = await openVault(job, job.database, 'owners', ids);
  const ownerNames = new Map(
    kept.owners.flatMap(({ ownerId, nameSealed }): [number, string][] => {
      const name = vault.open(String(ownerId), nameSealed);
      return typeof name === 'string' ? [[ownerId, name]] : [];
    }),
  );
  // Our own text, unchanged since it was written.
  return { supplement: JSON.parse(kept.content) as RunSupplement, ownerNames };
}

async function gather(job: Job, run: CalculationRun): Promise<Result<SupplementedRun, CallFailure>> {
  const chart = await readChart(job);
  if (!chart.ok) return chart;
  const opening = await readBalances(job.buildium, run.basis, addDays(run.periodFrom, -1));
  if (!opening.ok) return opening;
  const closing = await readBalances(job.buildium, run.basis, run.periodTo);
  if (!closing.ok) return closing;
  const read = async <S extends z.ZodType>(path: string, schema: S) => {
    const list = await job.buildium.list(path, {}, LEDGER_CALLS);
    return list.ok ? parse(path, schema, list.value.items) : list;
  };
  const properties = await read('/v1/rentals', rentals);
  if (!properties.ok) return properties;
  const people = await read('/v1/rentals/owners', owners);
  if (!people.ok) return people;
  const company = await job.buildium.get('/v1/administration/account', {}, LEDGER_CALLS);
  if (!company.ok) return company;
  const about = parse('/v1/administration/account', account, company.value);
  if (!about.ok) return about;
  const used = new Set([...opening.value, ...closing.value].map(({ glAccountId }) => glAccountId));
  const rentRoll = await rentRollOf(job, run.periodTo, chart.value, null);
  if (!rentRoll.ok) return rentRoll;
  const phone = about.value.Contact?.PhoneNumber;
  return ok({
    supplement: {
      company: {
        name: about.value.CompanyName ?? '',
        lines: [...linesOf(about.value.Contact?.Address), ...(phone ? [phone] : [])],
      },
      addresses: Object.fromEntries(properties.value.map(({ Id, Address }) => [Id, linesOf(Address)])),
      opening: opening.value,
      closing: closing.value,
      accounts: [...chart.value.values()].filter(({ glAccountId }) => used.has(glAccountId)),
      openItems: [...openByTenants(rentRoll.value), ...(await openBills(job, run.periodTo))],
      owned: Object.fromEntries(people.value.map(({ Id, PropertyIds }) => [Id, PropertyIds ?? []])),
    },
    ownerNames: new Map(people.value.map((owner) => [owner.Id, nameOf(owner)])),
  });
}

function linesOf(given: z.infer<typeof address> | null | undefined): string[] {
  if (!given) return [];
  const { AddressLine1, AddressLine2, AddressLine3, City, State, PostalCode } = given;
  const region = [State, PostalCode].filter((part) => part).join(' ');
  const town = [City, region].filter((part) => part).join(', ');
  return [AddressLine1, AddressLine2, AddressLine3, town].filter((line): line is string => Boolean(line));
}

function nameOf({ Id, IsCompany, CompanyName, FirstName, LastName }: z.infer<typeof owners>[number]): string {
  const person = [FirstName, LastName].filter((part) => part).join(' ');
  return (IsCompany ? CompanyName || person : person || CompanyName) || `Owner ${Id}`;
}
