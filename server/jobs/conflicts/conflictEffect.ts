import type { NoiClass } from '../../../shared/noiClasses.ts';
import type { AnyResource } from '../../../shared/resources/define.ts';
import { resourceNamed } from '../../../shared/resources/index.ts';
import { seededClass, type GlAccount } from '../../accounting/classify.ts';
import type { ConflictRow } from '../../db/conflicts.ts';
import { listGlClasses } from '../../db/glClasses.ts';
import { linksByEntity, type LinkRow } from '../../db/links.ts';
import type { Job } from '../job.ts';

/** By how many cents the month's net operating income changes when Buildium's amount becomes another one. */
export type NoiEffect = (fromCents: unknown, toCents: unknown) => number | null;

/**
 * The effect of an amount that is booked on one income or expense account; null where the field is no such amount, or
 * the account is not known here: a guess would be worse than no figure.
 */
export async function noiEffect(job: Job, row: ConflictRow, link: LinkRow | null): Promise<NoiEffect | null> {
  const resource = resourceNamed(row.resource);
  const field = resource.fields.find((candidate) => candidate.key === row.fieldKey);
  if (field?.kind !== 'money' || link === null) return null;
  const accountId = bookedOn(resource, link);
  const noiClass = accountId === null ? null : await classOf(job, accountId);
  const sign = noiClass === null ? null : SIGN[noiClass];
  if (sign === null || sign === undefined) return null;
  return (from, to) => (typeof from === 'number' && typeof to === 'number' ? sign * (to - from) : null);
}

const SIGN: Partial<Record<NoiClass, 1 | -1>> = { operatingIncome: 1, operatingExpense: -1 };

/** The one GL account that the row's amount stands on. */
function bookedOn({ fields }: AnyResource, { syncedBuildium }: LinkRow): string | null {
  const accounts = fields
    .filter(
      ({ kind, target, key }) => kind === 'link' && target === 'glAccounts' && key !== 'expenseGlAccount',
    )
    .flatMap(({ key }) => (syncedBuildium[key] ?? []) as string[]);
  return accounts.length === 1 ? (accounts[0] ?? null) : null;
}

async function classOf(job: Job, accountId: string): Promise<NoiClass | null> {
  const classes = await listGlClasses(job.database, job.connectionId);
  const chosenFor = (id: number): NoiClass | null =>
    classes.find(({ glAccountId }) => glAccountId === id)?.noiClass ?? null;
  const chosen = chosenFor(Number(accountId));
  if (chosen) return chosen;
  const account = await accountOf(job, accountId);
  if (!account) return null;
  const parent = account.parentId === null ? null : await accountOf(job, String(account.parentId));
  return seededClass(account, parent, parent && chosenFor(parent.glAccountId)).noiClass;
}

const TYPES: readonly GlAccount['type'][] = ['Asset', 'Liability', 'Equity', 'Income', 'Expense'];

/** An account as it was last agreed with Buildium. */
async function accountOf(job: Job, accountId: string): Promise<GlAccount | null> {
  const links = await linksByEntity(job.database, job.connectionId, 'glAccounts', [accountId]);
  const shown = links.get(accountId)?.syncedBuildium;
  const type = TYPES.find((known) => known === shown?.['type']);
  if (!shown || !type) return null;
  const parent = ((shown['parent'] ?? []) as string[])[0];
  return {
    glAccountId: Number(accountId),
    name: text(shown['name']) ?? '',
    type,
    // "Operating income" was `OperatingIncome` in Buildium's JSON.
    subType: (text(shown['subType']) ?? '').replaceAll(/ (\w)/g, (_whole, letter: string) =>
      letter.toUpperCase(),
    ),
    defaultAccountName: text(shown['defaultAccountName']),
    parentId: parent === undefined ? null : Number(parent),
    isBank: shown['isBank'] === true,
  };
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
