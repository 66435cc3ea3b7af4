import { addDays, type PlainDate } from '../../../shared/dates.ts';
import type { BuildiumClient, BuildiumQuery } from '../../buildium/client.ts';
import type { CallFailure } from '../../callFailure.ts';
import { RESOURCES } from '../../../shared/resources/index.ts';
import { KEYS_SCREEN, permissionOf } from '../missingRight.ts';
import { fine, note, problem, type Finding } from '../watch/finding.ts';

const ABOUT = 'Buildium key';

/** A list that the sync reads, and the box that lets a key read it. */
type Right = { permission: string; path: string; query?: (today: PlainDate) => BuildiumQuery };

const RIGHTS: readonly Right[] = [
  ...RESOURCES.flatMap(({ read }): Right[] => {
    const [list] = read?.lists ?? [];
    if (!read || !list || list.needsGlAccountIds) return [];
    return [{ permission: read.permission, path: list.path, query: () => list.query ?? {} }];
  }),
  {
    permission: permissionOf('glAccounts'),
    path: '/v1/glaccounts/balances',
    query: (today) => ({ accountingbasis: 'Accrual', asofdate: today, orderby: undefined }),
  },
];

export type BuildiumAccess = {
  findings: Finding[];
  /** Null when the key opens nothing. */
  account: { id: number; companyName: string | null } | null;
};

/** Who the key belongs to, and whether it may read every list that the sync reads. */
export async function checkBuildiumAccess(
  buildium: BuildiumClient,
  clock: { nowMs(): number },
  today: PlainDate,
): Promise<BuildiumAccess> {
  const options = { priority: 'person' } as const;
  const account = await buildium.get('/v1/administration/account', {}, options);
  if (!account.ok && account.error.kind !== 'forbidden')
    return { findings: [refused(account.error)], account: null };
  const findings: Finding[] = [];
  const missing = new Set<string>();
  if (!account.ok) missing.add('Administration > Account Information');
  for (const right of [...RIGHTS, ...(await ledgerRight(buildium, today))]) {
    const page = await buildium.page(
      right.path,
      right.query?.(today) ?? {},
      { offset: 0, limit: 1 },
      options,
    );
    if (page.ok && right.path === '/v1/rentals') findings.push(...clockSkew(page.value.serverDate, clock));
    if (page.ok) continue;
    if (page.error.kind === 'forbidden') missing.add(right.permission);
    else findings.push(problem(ABOUT, page.error.message));
  }
  if (missing.size > 0) findings.unshift(missingRights([...missing]));
  else if (findings.every((finding) => finding.level === 'ok'))
    findings.unshift(fine(ABOUT, 'The key may read everything that the sync reads.'));
  return { findings, account: account.ok ? accountOf(account.value) : null };
}

function refused({ kind, status, call, message }: CallFailure): Finding {
  if (kind !== 'unauthorized') return problem(ABOUT, message);
  return problem(
    ABOUT,
    `Buildium does not accept the API key (${status ?? ''} on ${call}): it was revoked, deleted, or belongs to the other of sandbox and production.`,
    `In Buildium, ${KEYS_SCREEN}, make a new key; then store it with \`npm run cli -- setup\`.`,
  );
}

function missingRights(missing: readonly string[]): Finding {
  return problem(
    ABOUT,
    `The key lacks ${missing.length === 1 ? 'a permission' : 'permissions'}: ${missing.join('; ')}.`,
    `In Buildium, ${KEYS_SCREEN}, open the key and tick "View" for: ${missing.join('; ')}. The key must see all properties, too.`,
  );
}

/** This list wants the ids of the accounts that it should read; one of them is enough here. */
async function ledgerRight(buildium: BuildiumClient, today: PlainDate): Promise<Right[]> {
  const accounts = await buildium.page('/v1/glaccounts', {}, { offset: 0, limit: 1 }, { priority: 'person' });
  const [account] = accounts.ok ? (accounts.value.items as { Id: number }[]) : [];
  if (!account) return [];
  const window = { startdate: addDays(today, -30), enddate: today, glaccountids: [account.Id] };
  const permission = permissionOf('transactions');
  return [{ permission, path: '/v1/generalledger/transactions', query: () => window }];
}

function accountOf(body: unknown): { id: number; companyName: string | null } {
  const { Id, CompanyName } = body as { Id: number; CompanyName?: string | null };
  return { id: Id, companyName: CompanyName ?? null };
}

/** Webhooks more than five minutes off are refused, and newest-wins compares the two clocks. */
function clockSkew(serverDate: string | null, clock: { nowMs(): number }): Finding[] {
  if (serverDate === null) return [];
  const seconds = Math.round((clock.nowMs() - Date.parse(serverDate)) / 1000);
  const text = `This machine's clock and Buildium's are ${Math.abs(seconds)} seconds apart.`;
  if (Math.abs(seconds) > 60)
    return [problem('Clock', text, 'Turn on time synchronisation (NTP) on this machine.')];
  return Math.abs(seconds) > 10 ? [note('Clock', text)] : [];
}

/**
 * Shows on a real lease that the ids in LeaseTransaction webhooks are ids of general-ledger transactions: the sync
 * reads what such an event names from there.
 */
export async function proveTransactionIds(buildium: BuildiumClient): Promise<Finding> {
  const about = 'Lease transactions';
  const options = { priority: 'person' } as const;
  const leases = await buildium.page('/v1/leases', {}, { offset: 0, limit: 20 }, options);
  if (!leases.ok) return problem(about, leases.error.message);
  for (const lease of leases.value.items as { Id: number }[]) {
    const path = `/v1/leases/${lease.Id}/transactions`;
    const page = await buildium.page(path, {}, { offset: 0, limit: 1 }, options);
    if (!page.ok) {
      if (page.error.kind === 'forbidden') return cannotProve(about, page.error);
      continue;
    }
    const [shown] = page.value.items as { Id: number; TotalAmount?: number }[];
    if (!shown) continue;
    const read = await buildium.get(`/v1/generalledger/transactions/${shown.Id}`, {}, options);
    if (!read.ok && read.error.kind !== 'notFound') return problem(about, read.error.message);
    const found = read.ok ? (read.value as { Id?: number; UnitAgreement?: { Id?: number } | null }) : null;
    if (found?.Id === shown.Id && (found.UnitAgreement?.Id ?? lease.Id) === lease.Id)
      return fine(
        about,
        `Shown on lease ${lease.Id}: its transaction ${shown.Id} has the same id in the ledger.`,
      );
    return problem(
      about,
      `Transaction ${shown.Id} of lease ${lease.Id} is ${found ? 'another one' : 'not there'} in the general ledger: events of this account cannot be followed by their ids.`,
      'The ten-minute sweep brings rent payments over all the same. Please report this: the sync has to learn it.',
    );
  }
  return note(
    about,
    'No lease among the first 20 has a transaction yet, so that their ids could not be compared.',
  );
}

function cannotProve(about: string, failure: CallFailure): Finding {
  return note(
    about,
    `The key may not read lease transactions, so that their ids could not be compared. ${failure.message}`,
    `In Buildium, ${KEYS_SCREEN}, tick "View" for: Rentals > Lease transactions.`,
  );
}
