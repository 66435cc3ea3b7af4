import type { PlainDate } from '../../../shared/dates.ts';
import { invalid, notFound, refuse, type Answer } from './answers.ts';
import type { GlAccount, Lease, Property, World } from './state.ts';
import type { AccountingEntity, Line, Transaction } from './transactions.ts';
import type { AccountingEntityInput } from './validation.ts';

/** Questions that many resources ask of the world, and the rules that many writes share. */

export function leaseEntity(world: World, leaseId: number): AccountingEntity {
  const unitId = world.leases.get(leaseId)?.saved.UnitId;
  const propertyId = unitId === undefined ? undefined : world.units.get(unitId)?.propertyId;
  if (unitId === undefined || propertyId === undefined)
    throw new Error(`Lease ${leaseId} has transactions but no unit or property.`);
  return { type: 'Rental', id: propertyId, unitId };
}

export function propertyOfLease(world: World, lease: Lease): Property {
  const property = world.properties.get(world.units.get(lease.saved.UnitId)?.propertyId ?? 0);
  if (!property) throw new Error(`Lease ${lease.id} has no property.`);
  return property;
}

export function ownersOfProperty(world: World, propertyId: number) {
  return [...world.owners.values()].filter((owner) => owner.saved.PropertyIds.includes(propertyId));
}

/** The properties that a set of owners owns any part of. */
export function propertiesOfOwners(world: World, ownerIds: ReadonlySet<number>): Set<number> {
  return new Set([...ownerIds].flatMap((id) => world.owners.get(id)?.saved.PropertyIds ?? []));
}

export function glAccountType(account: GlAccount): 'Asset' | 'Liability' | 'Equity' | 'Income' | 'Expense' {
  switch (account.saved.SubType) {
    case 'CurrentAsset':
    case 'FixedAsset':
      return 'Asset';
    case 'CurrentLiability':
    case 'LongTermLiability':
      return 'Liability';
    case 'Equity':
      return 'Equity';
    case 'Income':
    case 'NonOperatingIncome':
      return 'Income';
    case 'OperatingExpenses':
    case 'NonOperatingExpenses':
      return 'Expense';
  }
}

/** A debit balance in the natural sign of the account's type; contra accounts come out negative. */
export function naturalCents(account: GlAccount, debitCents: number): number {
  const debitNatured = ['Asset', 'Expense'].includes(glAccountType(account));
  return debitCents === 0 ? 0 : debitNatured ? debitCents : -debitCents;
}

/** Whether every line's account exists and, where a rule forbids some kinds, is allowed. */
export function checkAccounts(
  world: World,
  lines: readonly { glAccountId: number }[],
  key: string,
  allowed: (account: GlAccount) => string | null = () => null,
): Answer | null {
  for (const [index, line] of lines.entries()) {
    const account = world.glAccounts.get(line.glAccountId);
    if (!account)
      return invalid(
        `Lines[${index}].${key}`,
        `The general ledger account ${line.glAccountId} does not exist.`,
      );
    if (!account.isActive)
      return invalid(`Lines[${index}].${key}`, `The general ledger account ${line.glAccountId} is inactive.`);
    const reason = allowed(account);
    if (reason) return invalid(`Lines[${index}].${key}`, reason);
  }
  return null;
}

/** Bills and checks cannot be written to the accounts that the system itself keeps. */
export function noSystemAccount(account: GlAccount): string | null {
  const system = account.isBankAccount || [1, 2, 7].includes(account.id);
  return system
    ? 'Accounts Payable, Accounts Receivable, Undeposited Funds and bank accounts are not valid here.'
    : null;
}

export function checkEntity(world: World, entity: AccountingEntityInput, key: string): Answer | null {
  if (entity.AccountingEntityType === 'Association')
    return invalid(key, `The association ${entity.Id} does not exist.`);
  if (entity.AccountingEntityType === 'Company')
    return entity.Id === world.companyEntityId
      ? null
      : invalid(key, `The company ${entity.Id} does not exist.`);
  if (!world.properties.has(entity.Id))
    return invalid(key, `The rental property ${entity.Id} does not exist.`);
  if (entity.UnitId !== null && world.units.get(entity.UnitId)?.propertyId !== entity.Id)
    return invalid(key, `The unit ${entity.UnitId} does not belong to the rental property ${entity.Id}.`);
  return null;
}

export function entityFrom(input: AccountingEntityInput): AccountingEntity {
  return { type: input.AccountingEntityType, id: input.Id, unitId: input.UnitId };
}

export function checkBankAccount(world: World, bankAccountId: number, key = 'BankAccountId'): Answer | null {
  const bankAccount = world.bankAccounts.get(bankAccountId);
  if (!bankAccount) return invalid(key, `The bank account ${bankAccountId} does not exist.`);
  return bankAccount.isActive ? null : invalid(key, `The bank account ${bankAccountId} is inactive.`);
}

/** Nothing dated on or before a lock date can be written or changed; a property's own date goes first. */
export function checkLock(
  world: World,
  date: PlainDate,
  entities: Iterable<AccountingEntity>,
): Answer | null {
  for (const entity of entities) {
    const own = entity.type === 'Rental' ? world.lock.propertyDates.get(entity.id) : undefined;
    const lockDate = own ?? world.lock.globalDate;
    if (lockDate !== null && date <= lockDate)
      return refuse(
        422,
        `The accounting period is locked through ${lockDate}. Transactions dated ${date} cannot be saved.`,
        [{ Key: 'Date', Value: `The date must be after ${lockDate}.` }],
      );
  }
  return null;
}

export function entitiesOf(lines: readonly Line[]): AccountingEntity[] {
  return lines.map((line) => line.entity);
}

export function findLease(world: World, id: number): Lease | Answer {
  return world.leases.get(id) ?? notFound('lease', id);
}

export function findTransaction<K extends Transaction['kind']>(
  world: World,
  kind: K,
  id: number,
  what: string,
): Extract<Transaction, { kind: K }> | Answer {
  const transaction = world.transactions.get(id);
  return transaction?.kind === kind ? (transaction as Extract<Transaction, { kind: K }>) : notFound(what, id);
}

/** Tells an answer that refuses from what was looked for. */
export function isRefusal(found: object): found is Answer {
  return 'status' in found;
}
