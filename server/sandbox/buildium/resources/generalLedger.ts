import { addDays } from '../../../../shared/dates.ts';
import { dollarsFromCents, type Cents } from '../../../../shared/money.ts';
import { invalid, type Answer } from '../answers.ts';
import type { LedgerEntry } from '../ledger.ts';
import { naturalCents } from '../lookups.ts';
import { entityMessage, glAccountMessage } from '../messages.ts';
import { page } from '../paging.ts';
import { entityKey, type Basis } from '../postings.ts';
import { get, type Call, type Route } from '../router.ts';
import type { GlAccount, World } from '../state.ts';
import { transactionType } from '../transactions.ts';

/** Amounts here are signed in the natural sign of the account's type: income is positive when credited. */
export const generalLedgerRoutes: readonly Route[] = [
  get('/v1/generalledger', 'Accounting > General Ledger Transactions', ledger),
  get('/v1/glaccounts/balances', 'Accounting > General Ledger Accounts', balances),
];

/** The books that an entity filter selects: a property, all of an owner's, the company's. Null is all. */
export function entityFilter(
  call: Call,
  typeName: string,
  idName: string,
  types: readonly string[],
): { keys: ReadonlySet<string> | null; refusal: Answer | null } {
  const type = call.query.choice(typeName, types);
  const entityId = call.query.id(idName);
  if (entityId !== null && type === null)
    return { keys: null, refusal: invalid(typeName, `The ${typeName} field is required with ${idName}.`) };
  if (type === null || entityId === null) return { keys: null, refusal: null };
  return { keys: keysOf(call.world, type, entityId), refusal: null };
}

function keysOf(world: World, type: string, id: number): ReadonlySet<string> {
  if (type !== 'RentalOwner') return new Set([entityKey({ type, id })]);
  // Whole properties: Buildium does not split by the owner's share.
  const propertyIds = world.owners.get(id)?.saved.PropertyIds ?? [];
  return new Set(propertyIds.map((propertyId) => entityKey({ type: 'Rental', id: propertyId })));
}

function ledger(call: Call): Answer {
  const { query, world } = call;
  const basis = query.required('accountingbasis', query.choice('accountingbasis', ['Accrual', 'Cash']));
  const glAccountIds = query.required('glaccountids', query.ids('glaccountids'));
  const { from, to } = query.requiredDateRange('startdate', 'enddate');
  const entities = entityFilter(call, 'entitytype', 'entityid', [
    'Company',
    'Rental',
    'RentalOwner',
    'Association',
  ]);
  const refusal = query.refusal() ?? entities.refusal;
  if (refusal) return refusal;
  const slice = { basis: basis as Basis, glAccountIds, entities: entities.keys };
  const beginning = world.ledger.balances({ ...slice, from: null, to: addDays(from, -1) });
  const entries = Map.groupBy(
    world.ledger.entries({ ...slice, from, to }),
    ({ posting }) => posting.glAccountId,
  );
  const rows = [...world.glAccounts.values()]
    .filter((account) => beginning.has(account.id) || entries.has(account.id))
    .map((account) => {
      const opening = [...(beginning.get(account.id)?.values() ?? [])];
      const openingCents = opening.reduce((sum, { debitCents }) => sum + debitCents, 0);
      return { account, openingCents, entries: entries.get(account.id) ?? [] };
    });
  return page(call.params, rows, accountMessage);
}

function accountMessage(row: { account: GlAccount; openingCents: Cents; entries: LedgerEntry[] }) {
  const { account } = row;
  let balance = naturalCents(account, row.openingCents);
  const entries = row.entries.map(({ transaction, posting }) => {
    const cents = naturalCents(account, posting.debitCents);
    balance += cents;
    return {
      Id: transaction.id,
      Date: transaction.date,
      Description: transaction.memo ?? '',
      Amount: dollarsFromCents(cents),
      Balance: dollarsFromCents(balance),
      TransactionType: transactionType(transaction),
      AccountingEntity: entityMessage(posting.entity),
    };
  });
  const beginning = naturalCents(account, row.openingCents);
  return {
    GLAccountId: account.id,
    GLAccountName: account.saved.Name,
    BeginningBalance: dollarsFromCents(beginning),
    TotalAmount: dollarsFromCents(balance - beginning),
    Entries: entries,
  };
}

function balances(call: Call): Answer {
  const { query, world } = call;
  const basis = query.required('accountingbasis', query.choice('accountingbasis', ['Accrual', 'Cash']));
  const asOf = query.required('asofdate', query.date('asofdate'));
  const glAccountIds = query.ids('glaccountids');
  const byUnit = query.flag('aggregatebalancesbyunitid');
  const entities = entityFilter(call, 'entitytype', 'entityid', ['Association', 'Rental', 'RentalOwner']);
  const refusal = query.refusal() ?? entities.refusal;
  if (refusal) return refusal;
  const found = world.ledger.balances({
    basis: basis as Basis,
    glAccountIds,
    entities: entities.keys,
    from: null,
    to: asOf,
  });
  const rows = [...world.glAccounts.values()].filter((account) => glAccountIds?.has(account.id) ?? true);
  return page(call.params, rows, (account) => {
    const ofAccount = [...(found.get(account.id)?.values() ?? [])];
    const items = mergeUnits(ofAccount, byUnit).filter(({ debitCents }) => debitCents !== 0);
    const total = items.reduce((sum, { debitCents }) => sum + debitCents, 0);
    return {
      TotalBalance: dollarsFromCents(naturalCents(account, total)),
      GLAccount: glAccountMessage(account),
      AccountingEntityBalances: items.map(({ entity, debitCents }) => ({
        Balance: dollarsFromCents(naturalCents(account, debitCents)),
        AccountingEntity: entityMessage(entity),
      })),
    };
  });
}

type Balance = { entity: LedgerEntry['posting']['entity']; debitCents: Cents };

function mergeUnits(
  found: readonly { posting: LedgerEntry['posting']; debitCents: Cents }[],
  byUnit: boolean,
): Balance[] {
  const merged = new Map<string, Balance>();
  for (const { posting, debitCents } of found) {
    const entity = byUnit ? posting.entity : { ...posting.entity, unitId: null };
    const key = `${entityKey(entity)}/${entity.unitId ?? ''}`;
    const balance = merged.get(key);
    if (balance) balance.debitCents += debitCents;
    else merged.set(key, { entity, debitCents });
  }
  return [...merged.values()];
}
