import * as z from 'zod';
import { addDays } from '../../../../shared/dates.ts';
import { Refused } from '../people.ts';
import { action, type Action, type Desk } from './action.ts';
import { AIRTABLE_ACTIONS } from './airtableActions.ts';
import { formatDollars, vendorName } from './buildiumView.ts';
import { ROW_ACTIONS } from './rowActions.ts';
import { SIDE_NAMES } from './status.ts';
import type { Answer, Request } from './view.ts';

const id = z.coerce.number().int().positive();
const amount = z.coerce.number().positive('The amount must be more than zero.').max(1_000_000);
const side = z.enum(['buildium', 'airtable']);

/** How long a service stays away when somebody takes it away. */
const OUTAGE_MS = 30_000;

/** A change in Buildium: the click, then what the person does, then what the page waits for. */
async function change(
  { stage, feed }: Desk,
  title: string,
  act: () => Promise<Record<string, unknown>>,
  keys: (touched: Record<string, unknown>) => readonly string[],
): Promise<void> {
  const atMs = stage.network.simulatorClock.nowMs();
  const touched = await act();
  feed.activity.begin({ kind: 'change', title, keys: keys(touched), atMs });
}

const BUILDIUM_ACTIONS: Record<string, Action> = {
  recordRentPayment: action(z.object({ leaseId: id, amount }), (desk, input) =>
    change(
      desk,
      `Rent payment of ${formatDollars(input.amount)} recorded`,
      () => desk.stage.people.inBuildium('recordRentPayment', input),
      ({ transactionId }) => [`transactions:${Number(transactionId)}`],
    ),
  ),
  changeMarketRent: action(z.object({ unitId: id, marketRent: amount }), (desk, input) =>
    change(
      desk,
      `Market rent set to ${formatDollars(input.marketRent)}`,
      () => desk.stage.people.inBuildium('changeMarketRent', input),
      () => [`units:${input.unitId}`],
    ),
  ),
  terminateLease: action(z.object({ leaseId: id }), (desk, input) =>
    change(
      desk,
      'Lease terminated as of today',
      () => desk.stage.people.inBuildium('terminateLease', input),
      ({ unitId }) => [`leases:${input.leaseId}`, `units:${Number(unitId)}`],
    ),
  ),
  addBill: action(
    z.object({
      vendorId: id,
      unitId: id,
      accountId: id,
      amount,
      secondAccountId: id.optional().or(z.literal('').transform(() => undefined)),
      secondAmount: z.coerce.number().min(0).default(0),
      memo: z.string().max(200).default(''),
    }),
    async (desk, input) => {
      const { stage } = desk;
      const { records } = stage.network.buildium.world;
      const date = new Date(stage.network.simulatorClock.nowMs()).toISOString().slice(0, 10);
      const propertyId = records.units.get(input.unitId)?.propertyId ?? 0;
      const entity = { Id: propertyId, AccountingEntityType: 'Rental', UnitId: input.unitId };
      const line = (GlAccountId: number, Amount: number) => ({
        AccountingEntity: entity,
        GlAccountId,
        Amount,
        Memo: input.memo,
      });
      const second =
        input.secondAccountId !== undefined && input.secondAmount > 0
          ? [line(input.secondAccountId, input.secondAmount)]
          : [];
      const body = {
        Date: date,
        DueDate: addDays(date, 30),
        VendorId: input.vendorId,
        Memo: input.memo,
        Lines: [line(input.accountId, input.amount), ...second],
      };
      const total = input.amount + (second.length > 0 ? input.secondAmount : 0);
      await change(
        desk,
        `Bill of ${formatDollars(total)} from ${vendorName(records, input.vendorId)} added`,
        async () => ({ billId: (await stage.people.postToBuildium('/v1/bills', body)).Id }),
        ({ billId }) => [`bills:${Number(billId)}`, `transactions:${Number(billId)}`],
      );
    },
  ),
  payBill: action(z.object({ billId: id }), (desk, input) =>
    change(
      desk,
      'Bill paid by check',
      () => desk.stage.people.inBuildium('payBill', { ...input, checkNumber: '2301' }),
      ({ paymentId }) => [
        `bills:${input.billId}`,
        `billPayments:${Number(paymentId)}`,
        `transactions:${Number(paymentId)}`,
      ],
    ),
  ),
  changeTenantPhone: action(
    z.object({ tenantId: id, phone: z.string().trim().min(3).max(30) }),
    (desk, input) =>
      change(
        desk,
        `A tenant's phone set to ${input.phone}`,
        () =>
          desk.stage.people.inBuildium('updateTenant', {
            id: input.tenantId,
            patch: { PhoneNumbers: { Mobile: input.phone } },
          }),
        () => [`tenants:${input.tenantId}`],
      ),
  ),
  changeOwnerComment: action(z.object({ ownerId: id, comment: z.string().max(500) }), async (desk, input) => {
    await desk.stage.people.inBuildium('updateOwner', {
      id: input.ownerId,
      patch: { Comment: input.comment },
    });
    desk.feed.activity.begin({
      // Not counted among the changes that a webhook announces.
      kind: 'sync',
      title: "An owner's comment changed",
      detail:
        'Buildium sends no webhook for owners: the next sweep finds it, within a minute and a half here. Or press "Sync now".',
      keys: [`owners:${input.ownerId}`],
    });
  }),
  deleteTransaction: action(z.object({ transactionId: id }), (desk, input) =>
    change(
      desk,
      'Transaction deleted in Buildium: its row stays and says so',
      () => desk.stage.people.inBuildium('deleteTransaction', input),
      () => [`transactions:${input.transactionId}`],
    ),
  ),
};

const SYNC_ACTIONS: Record<string, Action> = {
  syncNow: action(z.object({}), async ({ stage, feed }) => {
    await stage.api('triggerSync', { body: {} });
    feed.activity.begin({
      kind: 'sync',
      title: 'Sync now: everything in Buildium is read again',
      state: 'note',
    });
  }),
  repair: action(z.object({}), async ({ stage, feed }) => {
    const item = feed.activity.begin({ kind: 'sync', title: 'Repairing what is missing in the base' });
    const made = await stage.repair();
    const title =
      made.length > 0 ? `Repaired: ${made.join(', ')} made anew and filled` : 'Nothing needed a repair';
    feed.activity.tell(item, { title, state: 'done' });
  }),
  takeAway: action(z.object({ side }), async ({ stage, feed }, input) => {
    const { network, people } = stage;
    const untilMs = network.simulatorClock.nowMs() + OUTAGE_MS;
    await people.takeAway(input.side, untilMs);
    feed.outages[input.side] = untilMs;
    const name = SIDE_NAMES[input.side];
    feed.activity.begin({
      kind: 'accident',
      title: `${name} taken away for 30 seconds: every call is answered 503`,
      detail: 'Go on working on either side meanwhile. Marks wait in the database, and nothing expires.',
      state: 'note',
    });
  }),
  bringBack: action(z.object({ side }), async ({ stage, feed }, input) => {
    await stage.people.bringBack(input.side);
    feed.outages[input.side] = null;
    feed.activity.begin({ kind: 'accident', title: `${SIDE_NAMES[input.side]} is back`, state: 'note' });
  }),
  restartServer: action(z.object({}), async ({ stage, feed }) => {
    const item = feed.activity.begin({ kind: 'accident', title: 'The server stops …' });
    await stage.network.restartServer();
    feed.activity.tell(item, {
      title: 'The server was stopped and started again on its database',
      state: 'done',
    });
  }),
};

const ACTIONS: Record<string, Action> = {
  ...BUILDIUM_ACTIONS,
  ...AIRTABLE_ACTIONS,
  ...ROW_ACTIONS,
  ...SYNC_ACTIONS,
};

/** Carries out what somebody clicked. */
export async function carryOut(desk: Desk, { action: name, ...fields }: Request): Promise<Answer> {
  const found = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (!found) return { problem: `The demo knows no action "${name}".` };
  const input = found.fields.safeParse(fields);
  if (!input.success)
    return { problem: input.error.issues[0]?.message ?? 'Something is missing in the form.' };
  try {
    return { ...(await found.act(desk, input.data)), problem: null };
  } catch (error) {
    if (error instanceof Refused) return { problem: error.message };
    desk.stage.log.error({ error, action: name }, 'The demo could not do what was clicked.');
    return { problem: `That did not work: ${error instanceof Error ? error.message : String(error)}` };
  }
}
