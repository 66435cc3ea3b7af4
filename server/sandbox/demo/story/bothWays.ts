import { formatCents } from '../../../../shared/money.ts';
import { eventually } from '../eventually.ts';
import { rowsOf, stillDiffers } from '../rows.ts';
import { must, timed, type Scene, type Step } from './step.ts';

/** Typed into Airtable, a value is Buildium's a while after the row has been still. */
export const airtableEdit: Step = {
  name: 'a rent typed into Airtable reaches Buildium once the row has been still',
  whatToDo: 'GET /api/v1/sync/held tells what Buildium refused; the row says it too, in "Sync Note".',
  play: async (scene) => {
    const { unitId } = scene.cast.unit('Harbor View Apartments', '2A');
    const latencyMs = await timed(
      () => typeRent(scene, unitId, 2222),
      "the new rent in Buildium's books",
      () => otherRent(scene, unitId, 2222),
      { withinMs: 60_000 },
    );
    return { latencyMs, checked: [`Buildium shows ${formatCents(222_200)} for unit 2A`] };
  },
};

/** Both offices change the same rent, and somebody decides. */
export const conflictSettledFor = (side: 'airtable' | 'buildium'): Step => ({
  name: `a rent changed on both sides is a conflict, and lands on both as ${side === 'airtable' ? 'Airtable' : 'Buildium'} has it`,
  whatToDo: 'GET /api/v1/sync/conflicts?state=open lists it, with both values and why nobody could decide.',
  play: async (scene) => {
    const { network, people, api, cast } = scene;
    const { unitId } = cast.unit('Harbor View Apartments', '2B');
    const rents =
      side === 'airtable' ? { airtable: 2345, buildium: 2300 } : { airtable: 2500, buildium: 2450 };
    await typeRent(scene, unitId, rents.airtable);
    await people.inBuildium('changeMarketRent', { unitId, marketRent: rents.buildium });
    const query = { state: 'open', entityId: String(unitId) };
    const open = async () => (await api('listConflicts', { query })).conflicts[0];
    await eventually('the conflict', async () => ((await open()) ? null : 'no conflict is open'), {
      withinMs: 40_000,
      everyMs: 250,
    });
    const conflict = await open();
    must(conflict !== undefined, 'The conflict has closed by itself');
    must(
      conflict.stakesCents === 5_000 || conflict.stakesCents === 4_500,
      'The two are not as far apart as typed',
    );
    const { conflictId, version } = conflict;
    const latencyMs = await timed(
      () => api('resolveConflict', { params: { conflictId }, body: { side, version } }),
      'both sides to show what was decided',
      () =>
        otherRent(scene, unitId, rents[side]) ??
        stillDiffers(network, 'units', unitId, { marketRent: rents[side] * 100 }),
    );
    await eventually(
      'the conflict to be over',
      async () => {
        const { state } = await api('readConflict', { params: { conflictId } });
        return state === 'resolved' ? null : `it is ${state}`;
      },
      { everyMs: 250 },
    );
    const loser = side === 'airtable' ? 'buildium' : 'airtable';
    return {
      latencyMs,
      checked: [
        `both show ${formatCents(rents[side] * 100)}`,
        `${formatCents(rents[loser] * 100)} is kept in the conflict and can be brought back`,
      ],
    };
  },
});

async function typeRent({ network, people }: Scene, unitId: number, rent: number): Promise<void> {
  const [row] = rowsOf(network, 'units', unitId);
  must(row !== undefined, `Unit ${unitId} has no row`);
  const records = [{ id: row.recordId, fields: { 'Market Rent': rent } }];
  await people.inAirtable('updateRecords', { table: 'Units', records });
}

/** What Buildium shows instead of the wanted rent; null when it shows just that. */
function otherRent({ network }: Scene, unitId: number, rent: number): string | null {
  const cents = network.buildium.world.records.units.get(unitId)?.saved.MarketRent ?? 0;
  return cents === rent * 100
    ? null
    : `Buildium shows ${formatCents(cents)} instead of ${formatCents(rent * 100)}`;
}
