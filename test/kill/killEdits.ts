import { actAsPerson } from '../../server/sandbox/airtable/person.ts';
import { compareSides } from '../../server/sandbox/bothSides.ts';
import { syncedTable } from '../../server/sandbox/bothSidesAirtable.ts';
import { actAsPerson as actInBuildium } from '../../server/sandbox/buildium/person.ts';
import { resourceNamed } from '../../shared/resources/index.ts';
import type { Sides } from './killedServer.ts';

const UNITS_A_ROUND = 6;

export type Now = Sides & { nowMs: number };

/** Market rents are typed in Airtable and sizes in Buildium: nothing of it is a conflict, and all of it must arrive. */
export function editOnBothSides(sides: Now, round: number, wanted: Map<string, number>): void {
  const rows = unitRows(sides).slice(0, UNITS_A_ROUND);
  typeRents(sides, rows, 1000 + round * 10, wanted);
  for (const [index, { buildiumId }] of rows.entries()) {
    const size = 500 + round * 10 + index;
    const request = { action: 'updateUnit', id: Number(buildiumId), patch: { UnitSize: size } };
    const answer = actInBuildium(sides.buildium.world, request, Math.floor(sides.nowMs));
    if (answer.status >= 300) throw new Error(`Buildium refused the edit: ${JSON.stringify(answer.body)}`);
    wanted.set(`size ${buildiumId}`, size);
  }
}

/** Somebody types a rent into each of these rows. */
export function typeRents(
  { airtable, nowMs }: Now,
  rows: readonly UnitRow[],
  firstRent: number,
  wanted: Map<string, number>,
): void {
  for (const [index, { recordId, buildiumId, tableId, rentField }] of rows.entries()) {
    const rent = firstRent + index;
    const records = [{ id: recordId, fields: { [rentField]: rent } }];
    actAsPerson(airtable.world, { action: 'updateRecords', table: tableId, records }, Math.floor(nowMs));
    wanted.set(`marketRent ${buildiumId}`, rent * 100);
  }
}

export type UnitRow = {
  recordId: string;
  buildiumId: string;
  tableId: string;
  rentField: string;
  cells: Record<string, unknown>;
};

export function unitRows({ airtable, nowMs }: Now): UnitRow[] {
  const found = syncedTable(airtable.world, airtable.baseId, resourceNamed('units'), nowMs);
  if (!found) throw new Error('The table of units is gone');
  const rentField = found.table.fields.find(({ name }) => name === 'Market Rent')?.id ?? '';
  return found.rows.map((row) => ({ ...row, tableId: found.table.id, rentField }));
}

/** What people wrote and is not on both sides, and everything else in which the sides differ. */
export function differences(sides: Now, wanted: ReadonlyMap<string, number>): string[] {
  const { buildium, airtable } = sides;
  const rows = new Map(unitRows(sides).map((row) => [row.buildiumId, row]));
  const missing = [...wanted].flatMap(([key, value]) => {
    const [field = '', id = ''] = key.split(' ');
    const unit = buildium.world.records.units.get(Number(id));
    const inBuildium = field === 'size' ? unit?.saved.UnitSize : unit?.saved.MarketRent;
    const inAirtable = rows.get(id)?.cells[field];
    const cents = field === 'marketRent' ? Number(inAirtable) * 100 : inAirtable;
    return inBuildium === value && cents === value
      ? []
      : [
          `unit ${id}: ${field} should be ${value}, is ${String(inBuildium)} in Buildium and ${String(cents)} in Airtable`,
        ];
  });
  const compared = compareSides({ buildium, airtable }, { settings: { twoWay: true } });
  return [...missing, ...compared.differences];
}
