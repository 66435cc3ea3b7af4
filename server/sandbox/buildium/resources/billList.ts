import { dollarsFromCents } from '../../../../shared/money.ts';
import type { PlainDate } from '../../../../shared/dates.ts';
import { invalid, type Answer } from '../answers.ts';
import { entityMessage, glAccountMessageOf } from '../messages.ts';
import { page } from '../paging.ts';
import { entityKey } from '../postings.ts';
import { contains } from '../query.ts';
import type { Call } from '../router.ts';
import type { World } from '../state.ts';
import type { Bill } from '../transactions.ts';
import { paidDate } from './billBalances.ts';
import { entityFilter } from './generalLedger.ts';

const APPROVALS = ['NotNeeded', 'ApprovalRequired', 'Approved', 'Pending', 'Rejected'];

export function listBills(call: Call): Answer {
  const { query, world } = call;
  const entities = entityFilter(call, 'entitytype', 'entityid', ['Rental', 'RentalOwner', 'Association']);
  const vendorId = query.id('vendorid');
  const reference = query.text('referencenumber');
  const paidStatus = query.choice('paidstatus', ['Paid', 'Unpaid', 'UncollectedMarkups']);
  const approvals = query.choices('approvalstatuses', APPROVALS);
  const { from, to } = query.dateRange('frompaiddate', 'topaiddate');
  const refusal = query.refusal() ?? entities.refusal ?? checkPaidWindow(paidStatus, from, to);
  if (refusal) return refusal;
  const rows = bills(world).filter((bill) => {
    const paidOn = paidDate(world, bill);
    return (
      (vendorId === null || bill.vendorId === vendorId) &&
      contains(bill.referenceNumber, reference) &&
      (approvals?.has(bill.approvalStatus) ?? true) &&
      (entities.keys === null || bill.lines.some((line) => entities.keys?.has(entityKey(line.entity)))) &&
      hasPaidStatus(bill, paidOn, paidStatus) &&
      (paidOn === null || ((from === null || paidOn >= from) && (to === null || paidOn <= to)))
    );
  });
  return page(call.params, rows, (bill) => billMessage(world, bill));
}

/** Undocumented and real: a list that can hold paid bills needs the window of their paid dates. */
function checkPaidWindow(status: string | null, from: PlainDate | null, to: PlainDate | null): Answer | null {
  if (status === 'Unpaid') return null;
  if (from === null)
    return invalid(
      'FromPaidDate',
      'A valid FromPaidDate must be provided when the PaidStatus filter returns paid bills',
    );
  return to === null
    ? invalid(
        'ToPaidDate',
        'A valid ToPaidDate must be provided when the PaidStatus filter returns paid bills',
      )
    : null;
}

function hasPaidStatus(bill: Bill, paidOn: PlainDate | null, status: string | null): boolean {
  if (status === 'Paid') return paidOn !== null;
  if (status === 'Unpaid') return paidOn === null;
  return status === null || bill.lines.some((line) => line.markup !== null);
}

function bills(world: World): Bill[] {
  return [...world.transactions.values()].filter((transaction) => transaction.kind === 'Bill');
}

export function billMessage(world: World, bill: Bill) {
  return {
    Id: bill.id,
    Date: bill.date,
    DueDate: bill.dueDate,
    PaidDate: paidDate(world, bill),
    Memo: bill.memo,
    VendorId: bill.vendorId,
    WorkOrderId: bill.workOrderId,
    ReferenceNumber: bill.referenceNumber,
    ApprovalStatus: bill.approvalStatus,
    Lines: bill.lines.map((line) => ({
      Id: line.id,
      AccountingEntity: entityMessage(line.entity),
      GLAccount: glAccountMessageOf(world, line.glAccountId),
      Amount: dollarsFromCents(line.amountCents),
      Markup: line.markup,
      Memo: line.memo,
    })),
  };
}
