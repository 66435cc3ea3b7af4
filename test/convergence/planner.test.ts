import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { plan, type Plan, type PlanInput } from '../../server/sync/plan.ts';
import { resourceNamed } from '../../shared/resources/index.ts';
import type { FieldValue } from '../../shared/resources/values.ts';

/**
 * The planner between two made-up sides. The oracle knows nothing of its rules: it only remembers who typed what and
 * what each side ever showed, and asks that nothing is lost, that it comes to rest, and that rest is agreement.
 */
const CASES_A_RULE = 5_000;
const FIELDS = ['marketRent', 'size', 'description'] as const;
const ONE_WAY = 'name';
type Field = (typeof FIELDS)[number] | typeof ONE_WAY;
type SideName = 'buildium' | 'airtable';
const SIDES = ['buildium', 'airtable'] as const;
const ALL: readonly Field[] = [...FIELDS, ONE_WAY];

/** A side may show text differently from how it was given: here in capitals. */
const normalise = (value: FieldValue): FieldValue =>
  typeof value === 'string' ? value.toUpperCase() : value;

const units = resourceNamed('units');
const UNITS = {
  ...units,
  fields: units.fields.filter(({ key }) => (ALL as readonly string[]).includes(key)),
};

type World = {
  shows: Record<SideName, Record<string, FieldValue>>;
  /** Everything that a side ever showed of a field. */
  showed: Record<SideName, Record<string, FieldValue[]>>;
  /** What people typed and somebody else wrote over. */
  overwritten: { side: SideName; field: Field; value: FieldValue; typed: boolean }[];
  typed: Record<SideName, Set<Field>>;
  synced: Record<string, { buildium: FieldValue; airtable: FieldValue }>;
  sent: { side: SideName; field: string; value: FieldValue }[];
  recorded: { field: string; values: FieldValue[] }[];
  status: string | null;
  note: string | null;
  /** Our making of the row was not remembered: no link knows the row yet, and what was sent to it is kept. */
  isUnheard: boolean;
};

type Step =
  | { kind: 'type'; side: SideName; field: Field; value: number }
  | { kind: 'look'; dies: 'no' | 'beforeWriting' | 'afterBuildium' | 'beforeRemembering' }
  | { kind: 'sentExpires' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('type' as const),
      side: fc.constantFrom(...SIDES),
      field: fc.constantFrom(...ALL),
      value: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('look' as const),
      dies: fc.constantFrom(
        'no' as const,
        'no' as const,
        'beforeWriting' as const,
        'afterBuildium' as const,
        'beforeRemembering' as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'sentExpires' as const }) },
);

type History = { isUnheard: boolean; steps: Step[] };

const history: fc.Arbitrary<History> = fc.record({
  isUnheard: fc.boolean(),
  steps: fc.array(step, { maxLength: 9 }),
});

/** Text that is unlike any other, so that a value found again is really that value. */
function valueOf(field: Field, number: number): FieldValue {
  if (field === 'marketRent') return number * 100;
  return field === 'size' ? number : `${field} ${number}`;
}

function startingWorld(isUnheard: boolean): World {
  const start = Object.fromEntries(ALL.map((field) => [field, normalise(valueOf(field, 0))]));
  const showed = (): Record<string, FieldValue[]> =>
    Object.fromEntries(ALL.map((field) => [field, [start[field] ?? null]]));
  return {
    shows: { buildium: { ...start }, airtable: { ...start } },
    showed: { buildium: showed(), airtable: showed() },
    overwritten: [],
    typed: { buildium: new Set(), airtable: new Set() },
    synced: isUnheard
      ? {}
      : Object.fromEntries(
          ALL.map((field) => [field, { buildium: start[field] ?? null, airtable: start[field] ?? null }]),
        ),
    sent: isUnheard ? ALL.map((field) => ({ side: 'airtable', field, value: start[field] ?? null })) : [],
    recorded: [],
    status: 'Synced',
    note: null,
    isUnheard,
  };
}

function show(world: World, side: SideName, field: string, value: FieldValue): void {
  world.shows[side][field] = value;
  world.showed[side][field]?.push(value);
}

function typeIn(world: World, { side, field, value }: Extract<Step, { kind: 'type' }>): void {
  show(world, side, field, side === 'buildium' ? normalise(valueOf(field, value)) : valueOf(field, value));
  world.typed[side].add(field);
}

function engineWrites(world: World, side: SideName, field: string, value: FieldValue): FieldValue {
  const key = field as Field;
  const before = world.shows[side][field] ?? null;
  const typed = world.typed[side].delete(key);
  world.overwritten.push({ side, field: key, value: before, typed });
  const shown = side === 'buildium' ? normalise(value) : value;
  show(world, side, field, shown);
  return shown;
}

function inputOf(world: World): PlanInput {
  return {
    resource: UNITS,
    entityId: '5',
    link: world.isUnheard
      ? null
      : { synced: world.synced, standing: 'linked', status: world.status, note: world.note },
    buildium: {
      kind: 'present',
      entity: { ...world.shows.buildium },
      problems: [],
      outOfScope: null,
      date: null,
    },
    airtable: { kind: 'present', entity: { ...world.shows.airtable }, problems: [], buildiumId: '5' },
    showsSent: (side, field, value) =>
      world.sent.some((one) => one.side === side && one.field === field && one.value === value),
    ...(world.isUnheard
      ? {
          wasFilled: () => true,
          wasMadeWith: (field, value) =>
            world.sent.every((one) => one.side !== 'airtable' || one.field !== field || one.value === value),
        }
      : {}),
    parentState: () => 'row',
    keepFrom: null,
    writable: (field) => field !== ONE_WAY,
    quarantined: {},
  };
}

/** Carries a plan out as the engine does: sent first, then Buildium, then Airtable, then remembered. */
function look(world: World, dies: Extract<Step, { kind: 'look' }>['dies']): Plan {
  const decided = plan(inputOf(world));
  const toAirtable = decided.row.kind === 'update' ? decided.row.values : {};
  for (const field of decided.conflicts)
    world.recorded.push({ field, values: SIDES.map((side) => world.shows[side][field] ?? null) });
  for (const [field, value] of Object.entries(decided.toBuildium))
    world.sent.push({ side: 'buildium', field, value });
  for (const [field, value] of Object.entries(toAirtable))
    world.sent.push({ side: 'airtable', field, value });
  if (dies === 'beforeWriting') return decided;
  const agreed: World['synced'] = { ...decided.agreed };
  for (const [field, value] of Object.entries(decided.toBuildium))
    agreed[field] = { buildium: engineWrites(world, 'buildium', field, value), airtable: value };
  if (dies === 'afterBuildium') return decided;
  for (const [field, value] of Object.entries(toAirtable))
    agreed[field] = { buildium: value, airtable: engineWrites(world, 'airtable', field, value) };
  if (dies === 'beforeRemembering') return decided;
  Object.assign(world.synced, agreed);
  world.isUnheard = false;
  // What was sent outlives remembering; only time ends it.
  world.status = decided.status;
  world.note = decided.note;
  return decided;
}

function played({ isUnheard, steps }: History): World {
  const world = startingWorld(isUnheard);
  for (const one of steps) {
    if (one.kind === 'type') typeIn(world, one);
    else if (one.kind === 'look') look(world, one.dies);
    else if (!world.isUnheard) world.sent = [];
  }
  return world;
}

const sameText = (left: FieldValue, right: FieldValue): boolean => normalise(left) === normalise(right);

describe(`the planner, over ${5 * CASES_A_RULE} made-up histories`, () => {
  test('comes to rest: when nobody types, the second look plans nothing', () => {
    fc.assert(
      fc.property(history, (one) => {
        const world = played(one);
        look(world, 'no');
        look(world, 'no');
        const again = plan(inputOf(world));
        expect(again.row).toEqual({ kind: 'none' });
        expect(again.toBuildium).toEqual({});
        expect(again.putBack).toEqual([]);
      }),
      { numRuns: CASES_A_RULE },
    );
  });

  test('at rest every field is equal or in an open conflict', () => {
    fc.assert(
      fc.property(history, (one) => {
        const world = played(one);
        look(world, 'no');
        const { conflicts } = look(world, 'no');
        const apart = ALL.filter(
          (field) => !sameText(world.shows.buildium[field] ?? null, world.shows.airtable[field] ?? null),
        );
        expect(apart.filter((field) => !conflicts.includes(field))).toEqual([]);
      }),
      { numRuns: CASES_A_RULE },
    );
  });

  test('nothing that a person typed is lost: it is on the other side too, or a conflict keeps it', () => {
    fc.assert(
      fc.property(history, (one) => {
        const world = played(one);
        look(world, 'no');
        look(world, 'no');
        const lost = world.overwritten.filter(({ side, field, value, typed }) => {
          if (!typed || field === ONE_WAY) return false;
          const other = world.showed[side === 'buildium' ? 'airtable' : 'buildium'][field] ?? [];
          const kept = world.recorded.filter((one) => one.field === field).flatMap(({ values }) => values);
          return ![...other, ...kept].some((seen) => sameText(seen, value));
        });
        expect(lost).toEqual([]);
      }),
      { numRuns: CASES_A_RULE },
    );
  });

  test('an edit of a field that flows one way is put back, and Buildium never sees it', () => {
    fc.assert(
      fc.property(history, (one) => {
        const world = played(one);
        look(world, 'no');
        look(world, 'no');
        expect(sameText(world.shows.airtable[ONE_WAY] ?? null, world.shows.buildium[ONE_WAY] ?? null)).toBe(
          true,
        );
        expect(
          world.overwritten.filter(({ side, field }) => side === 'buildium' && field === ONE_WAY),
        ).toEqual([]);
      }),
      { numRuns: CASES_A_RULE },
    );
  });

  test('in a row that was made unheard, what people typed into Airtable alone is no conflict', () => {
    const beforeItIsHeard = step.filter((one) =>
      one.kind === 'type' ? one.side === 'airtable' : one.kind === 'look' && one.dies !== 'no',
    );
    const steps = fc.array(beforeItIsHeard, { maxLength: 9 });
    fc.assert(
      fc.property(steps, (typed) => {
        const world = played({ isUnheard: true, steps: typed });
        expect(look(world, 'no').toBuildium).toEqual({});
        look(world, 'no');
        expect(world.recorded).toEqual([]);
        expect(plan(inputOf(world)).conflicts).toEqual([]);
      }),
      { numRuns: CASES_A_RULE },
    );
  });
});
