import { eventually } from '../eventually.ts';
import { rowsOf, stillDiffers } from '../rows.ts';
import { must, timed, type Scene, type Step } from './step.ts';

const STATUS_HELP = 'GET /api/v1/sync/status says which side is down and when it is tried again.';

/** What goes wrong on the way, and must cost nothing but time. */
export const webhooksAstray: Step = {
  name: 'webhooks late, twice and out of order',
  whatToDo: 'Compare GET <Buildium>/__control/state (deliveries) with GET /api/v1/audit (rows written).',
  play: async ({ network, people, cast }) => {
    const { unitId } = cast.unit('Maple Street Duplex', '1');
    const { leaseId } = cast.leaseOf('Grace Lin');
    const delivered = network.buildium.world.outbox.log.length;
    await people.webhooks({ double: 50, reorder: true });
    let transactionId = 0;
    const latencyMs = await timed(
      async () => {
        for (const marketRent of [1900, 1910, 1925])
          await people.inBuildium('changeMarketRent', { unitId, marketRent });
        const touched = await people.inBuildium('recordRentPayment', { leaseId, amount: 500 });
        transactionId = Number(touched['transactionId']);
      },
      'the last market rent and one payment',
      () =>
        stillDiffers(network, 'units', unitId, { marketRent: 192_500 }) ??
        stillDiffers(network, 'transactions', transactionId, { amount: 50_000 }),
    );
    await people.webhooks({ double: 0, reorder: false });
    await network.buildium.deliveriesIdle();
    const sent = network.buildium.world.outbox.log
      .slice(delivered)
      .filter((entry) => entry.outcome === 'delivered');
    await eventually('the duplicates to be looked at', async () => dirtyIn(network.server.context.database));
    must(rowsOf(network, 'transactions', transactionId).length === 1, 'The payment has more than one row');
    const missing = stillDiffers(network, 'units', unitId, { marketRent: 192_500 });
    must(missing === null, missing ?? '');
    return {
      latencyMs,
      checked: [
        `${sent.length} deliveries for 4 changes, all answered 2xx`,
        'the last value stands',
        'one row for the payment',
      ],
    };
  },
};

export const webhookLost: Step = {
  name: 'a webhook never arrives: the sweep finds the change',
  whatToDo: 'Press "Sync now" (POST /api/v1/sync/trigger) and see the run with GET /api/v1/sync/runs.',
  play: async ({ network, people, cast, api }) => {
    const { propertyId } = cast.unit('Cedar Cottage', 'Cedar Cottage');
    await people.webhooks({ drop: 1 });
    const latencyMs = await timed(
      async () => {
        await people.inBuildium('updateProperty', { id: propertyId, patch: { Reserve: 1250 } });
        await api('triggerSync', { body: { resources: ['properties'] } });
      },
      'the new reserve',
      () => stillDiffers(network, 'properties', propertyId, { reserve: 125_000 }),
    );
    await people.webhooks({ drop: 0 });
    return { latencyMs, checked: ["Cedar Cottage's reserve, though its webhook was lost"] };
  },
};

export const airtableOutage: Step = {
  name: 'Airtable goes away: nothing is lost',
  whatToDo: STATUS_HELP,
  play: async (scene) => {
    const { network, people, cast } = scene;
    const { leaseId } = cast.leaseOf('Sofia Petrov');
    const { unitId } = cast.unit('Harbor View Apartments', '2B');
    await people.takeAway('airtable');
    let transactionId = 0;
    const latencyMs = await timed(
      async () => {
        const touched = await people.inBuildium('recordRentPayment', { leaseId, amount: 700 });
        transactionId = Number(touched['transactionId']);
        await people.inBuildium('changeMarketRent', { unitId, marketRent: 2195 });
        await sideDown(scene, 'airtable');
        await people.bringBack('airtable');
      },
      'what happened meanwhile',
      () =>
        stillDiffers(network, 'transactions', transactionId, { amount: 70_000 }) ??
        stillDiffers(network, 'units', unitId, { marketRent: 219_500 }),
      { withinMs: 40_000 },
    );
    return {
      latencyMs,
      checked: ['the status said that Airtable is down', 'a payment and a market rent caught up'],
    };
  },
};

export const buildiumOutage: Step = {
  name: 'Buildium goes away after its event: nothing is lost',
  whatToDo: STATUS_HELP,
  play: async (scene) => {
    const { network, people, cast } = scene;
    const { tenantId } = cast.leaseOf('Amara Osei');
    await people.takeAway('buildium');
    const latencyMs = await timed(
      async () => {
        await people.inBuildium('updateTenant', {
          id: tenantId,
          patch: { Comment: 'Has a dog named Kofi.' },
        });
        await sideDown(scene, 'buildium');
        await people.bringBack('buildium');
      },
      "the tenant's comment",
      () => stillDiffers(network, 'tenants', tenantId, { comment: 'Has a dog named Kofi.' }),
      { withinMs: 40_000 },
    );
    return {
      latencyMs,
      checked: ['the status said that Buildium is down', "the tenant's comment caught up"],
    };
  },
};

export const serverRestart: Step = {
  name: 'the server stops and starts again in the middle of its work',
  whatToDo: 'GET /api/v1/sync/held lists what waits and why.',
  play: async ({ network, people, cast, api }) => {
    const leases = ['Amara Osei', 'Grace Lin', 'Ruth Nyman'].map((name) => cast.leaseOf(name).leaseId);
    const payments: number[] = [];
    const pay = async (leaseId: number | undefined, amount: number): Promise<void> => {
      const touched = await people.inBuildium('recordRentPayment', { leaseId, amount });
      payments.push(Number(touched['transactionId']));
    };
    const announced = network.buildium.world.outbox.log.length;
    const latencyMs = await timed(
      async () => {
        await pay(leases[0], 101);
        await pay(leases[1], 102);
        await eventually('the first event', () =>
          network.buildium.world.outbox.log.length > announced ? null : 'no event yet',
        );
        await network.restartServer(() => pay(leases[2], 103));
        await api('triggerSync', { body: { resources: ['transactions'] } });
      },
      'all three payments',
      () =>
        payments
          .map((id, index) => stillDiffers(network, 'transactions', id, { amount: 10_100 + 100 * index }))
          .find((missing) => missing !== null) ?? null,
      { withinMs: 30_000 },
    );
    return {
      latencyMs,
      checked: ['three payments, one row each: two from before the stop, one from while it was down'],
    };
  },
};

async function sideDown({ api }: Scene, side: 'airtable' | 'buildium'): Promise<void> {
  await eventually(
    `the status to say that ${side} is down`,
    async () => {
      const { sides } = await api('readStatus');
      const found = sides.find((one) => one.side === side);
      return found?.state === 'down' && found.message ? null : `${side} is ${found?.state ?? 'unknown'}`;
    },
    { withinMs: 30_000, everyMs: 250 },
  );
}

async function dirtyIn(database: Scene['network']['server']['context']['database']): Promise<string | null> {
  const [row] = await database.query<{ dirty: number }>(
    'select count(*) as dirty from marks where waiting_for_id is null',
  );
  return row && row.dirty > 0 ? `${row.dirty} entities are still to be looked at` : null;
}
