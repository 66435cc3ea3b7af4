import { describe, expect, test } from '@jest/globals';
import { resourceNamed } from '../../shared/resources/index.ts';
import {
  DETACHED,
  plan,
  type BuildiumView,
  type LinkView,
  type ParentState,
  type PlanInput,
} from '../../server/sync/plan.ts';

const unit = resourceNamed('units');
const shown = { name: '101', unitNumber: '101', property: ['7'], marketRent: 120000 };
const same = (
  values: Record<string, PlanInput extends never ? never : string | number | readonly string[]>,
): LinkView['synced'] =>
  Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, { buildium: value, airtable: value }]),
  );

const present = (change: Partial<BuildiumView & { kind: 'present' }> = {}): BuildiumView => ({
  kind: 'present',
  entity: shown,
  problems: [],
  outOfScope: null,
  date: null,
  ...change,
});

const linked: LinkView = { synced: same(shown), standing: 'linked', status: 'Synced', note: null };

const input = (change: Partial<PlanInput> = {}): PlanInput => ({
  resource: unit,
  entityId: '5',
  link: linked,
  buildium: present(),
  airtable: { kind: 'present', entity: shown, problems: [], buildiumId: '5' },
  showsSent: () => false,
  parentState: () => 'row',
  keepFrom: null,
  writable: () => false,
  chosen: () => null,
  quarantined: {},
  ...change,
});

const settledAs = (value: number) => (field: string) => (field === 'marketRent' ? { value } : null);

const parents = (state: ParentState) => (): ParentState => state;

describe('a pair of which nothing moved', () => {
  test('is left alone: a look without change writes nothing', () => {
    const decided = plan(input());
    expect(decided.row).toEqual({ kind: 'none' });
    expect(decided.agreed).toEqual({});
    expect(decided.toBuildium).toEqual({});
  });
});

describe('a new entity', () => {
  const fresh = { link: null, airtable: { kind: 'none' } } as const;

  test('becomes a row with every value', () => {
    const decided = plan(input(fresh));
    expect(decided.row).toEqual({ kind: 'create', values: shown });
    expect(decided.standing).toBe('linked');
    expect(decided.status).toBe('Synced');
  });

  test('waits for its parent and says for which', () => {
    const decided = plan(input({ ...fresh, parentState: parents('awaited') }));
    expect(decided.row).toEqual({ kind: 'none' });
    expect(decided.waitFor).toMatchObject({ resource: 'properties', id: '7' });
    expect(decided.status).toBe('Waiting');
  });

  test('whose parent will never have a row is made with the link left empty and a note', () => {
    const decided = plan(input({ ...fresh, parentState: parents('absent') }));
    expect(decided.row).toMatchObject({ kind: 'create', values: { property: [] } });
    expect(decided.note).toContain('Property: 7 has no row in Airtable');
  });

  test('that links to its own table is made at once and looked at again when the other row is there', () => {
    const account = resourceNamed('glAccounts');
    const entity = { name: 'Sub', parent: ['3'] };
    const decided = plan(
      input({ ...fresh, resource: account, buildium: present({ entity }), parentState: parents('awaited') }),
    );
    expect(decided.row).toEqual({ kind: 'create', values: { name: 'Sub', parent: [] } });
    expect(decided.waitFor).toMatchObject({ resource: 'glAccounts', id: '3' });
  });

  test('older than what the base keeps stays in Postgres', () => {
    const decided = plan(
      input({ ...fresh, keepFrom: '2026-01-01', buildium: present({ date: '2025-12-31' }) }),
    );
    expect(decided.standing).toBe('outsideWindow');
    expect(decided.row).toEqual({ kind: 'none' });
  });

  test('of an association is counted and left out', () => {
    const decided = plan(input({ ...fresh, buildium: present({ outOfScope: 'belongs to an association' }) }));
    expect(decided.standing).toBe('outOfScope');
    expect(decided.row).toEqual({ kind: 'none' });
  });
});

describe('a pair that moved', () => {
  test('writes the changed fields and no others', () => {
    const decided = plan(input({ buildium: present({ entity: { ...shown, marketRent: 130000 } }) }));
    expect(decided.row).toEqual({ kind: 'update', values: { marketRent: 130000 } });
  });

  test('puts a one-way field back and names it', () => {
    const decided = plan(
      input({
        airtable: { kind: 'present', entity: { ...shown, marketRent: 1 }, problems: [], buildiumId: '5' },
      }),
    );
    expect(decided.row).toEqual({ kind: 'update', values: { marketRent: 120000 } });
    expect(decided.putBack).toEqual(['marketRent']);
  });

  test('leaves a quarantined field alone and says why on the row', () => {
    const decided = plan(
      input({
        buildium: present({ entity: { ...shown, marketRent: 130000 } }),
        quarantined: { marketRent: 'The field "Market Rent" was deleted.' },
      }),
    );
    expect(decided.row).toEqual({ kind: 'update', values: {} });
    expect(decided.note).toContain('was deleted');
  });

  test('does not touch a field that this look did not see', () => {
    const { marketRent: _unseen, ...rest } = shown;
    const decided = plan(
      input({
        buildium: present({ entity: rest }),
        airtable: { kind: 'present', entity: { ...shown, marketRent: 1 }, problems: [], buildiumId: '5' },
      }),
    );
    expect(decided.row).toEqual({ kind: 'none' });
  });

  test('a value without canonical form holds its field, and the others go on', () => {
    const { marketRent: _held, ...rest } = shown;
    const problems = [{ field: 'marketRent', message: 'Market Rent has more than two decimals (1.234)' }];
    const decided = plan(input({ buildium: present({ entity: { ...rest, unitNumber: '102' }, problems }) }));
    expect(decided.row).toEqual({ kind: 'update', values: { unitNumber: '102' } });
    expect(decided.status).toBe('Problem');
    expect(decided.note).toContain('more than two decimals');
  });
});

describe('a writable field', () => {
  const edited = {
    kind: 'present',
    entity: { ...shown, marketRent: 1 },
    problems: [],
    buildiumId: '5',
  } as const;

  test('that changed in Airtable alone goes to Buildium, and the row is left alone', () => {
    const decided = plan(input({ writable: () => true, airtable: edited }));
    expect(decided.toBuildium).toEqual({ marketRent: 1 });
    expect(decided.row).toEqual({ kind: 'none' });
  });

  test('that changed on both sides is a conflict: neither side is written', () => {
    const both = {
      writable: () => true,
      airtable: edited,
      buildium: present({ entity: { ...shown, marketRent: 2 } }),
    };
    const decided = plan(input(both));
    expect(decided.conflicts).toEqual(['marketRent']);
    expect(decided.toBuildium).toEqual({});
    expect(decided.row).toEqual({ kind: 'update', values: {} });
    expect(decided.note).toBe(
      'Changed on both sides: Market Rent. Settle it in the extension, under Conflicts.',
    );

    expect(plan(input({ ...both, chosen: settledAs(1) })).toBuildium).toEqual({ marketRent: 1 });
    expect(plan(input({ ...both, chosen: settledAs(2) })).row).toEqual({
      kind: 'update',
      values: { marketRent: 2 },
    });
  });

  test('that holds no value Buildium could take is held with the reason, and not overwritten', () => {
    const { marketRent: _unreadable, ...rest } = shown;
    const problems = [{ field: 'marketRent', message: 'Market Rent has more than two decimals (1.234)' }];
    const airtable = { kind: 'present', entity: rest, problems, buildiumId: '5' } as const;
    const decided = plan(input({ writable: () => true, airtable }));
    expect(decided.row).toEqual({ kind: 'update', values: {} });
    expect(decided.status).toBe('Problem');
    expect(decided.note).toContain('Not taken over into Buildium: Market Rent has more than two decimals');
  });
});

describe('existence', () => {
  test('what is gone from Buildium keeps its row, marked once', () => {
    const first = plan(input({ buildium: { kind: 'gone' } }));
    expect(first.row).toEqual({ kind: 'update', values: {} });
    expect(first.status).toBe('Deleted in Buildium');
    const again = plan(
      input({
        buildium: { kind: 'gone' },
        link: { ...linked, standing: 'deletedInBuildium', status: first.status, note: first.note },
      }),
    );
    expect(again.row).toEqual({ kind: 'none' });
  });

  test('a row deleted in Airtable comes back only after the time in which a person may undo', () => {
    const soon = plan(input({ airtable: { kind: 'absent', longEnough: false } }));
    expect(soon.row).toEqual({ kind: 'waitForUndo' });
    const later = plan(input({ airtable: { kind: 'absent', longEnough: true } }));
    expect(later.row).toEqual({ kind: 'create', values: shown });
  });

  test('a cleared or changed Buildium id is put back', () => {
    for (const buildiumId of [null, '6']) {
      const decided = plan(input({ airtable: { kind: 'present', entity: shown, problems: [], buildiumId } }));
      expect(decided.row).toEqual({ kind: 'update', values: {} });
    }
  });

  test('a detached pair is left alone for good', () => {
    const decided = plan(
      input({
        link: { ...linked, standing: 'detached', status: 'Paused', note: DETACHED },
        buildium: present({ entity: { ...shown, unitNumber: '9' } }),
      }),
    );
    expect(decided.row).toEqual({ kind: 'none' });
  });
});

describe('a value of ours that has arrived on a side', () => {
  const pair = (buildium: number, airtable: number): Partial<PlanInput> => ({
    buildium: present({ entity: { ...shown, marketRent: buildium } }),
    airtable: {
      kind: 'present',
      entity: { ...shown, marketRent: airtable },
      problems: [],
      buildiumId: '5',
    },
    writable: () => true,
  });
  const sent =
    (to: string): PlanInput['showsSent'] =>
    (side, field, value) =>
      side === to && field === 'marketRent' && value === 130000;
  const agreed = { marketRent: { buildium: 130000, airtable: 130000 } };

  test('in Airtable was agreed on, though Buildium shows another one by now', () => {
    const decided = plan(input({ ...pair(140000, 130000), showsSent: sent('airtable') }));
    expect(decided.row).toEqual({ kind: 'update', values: { marketRent: 140000 } });
    expect(decided.agreed).toEqual(agreed);
  });

  test('in Buildium was agreed on, though somebody has typed another one since', () => {
    const decided = plan(input({ ...pair(130000, 140000), showsSent: sent('buildium') }));
    expect(decided.toBuildium).toEqual({ marketRent: 140000 });
    expect(decided.agreed).toEqual(agreed);
  });
});

describe('a row whose status cells show something else than was last written', () => {
  const row = { kind: 'present', entity: shown, problems: [], buildiumId: '5' } as const;
  const rewritten = { kind: 'update', values: {} };

  test('is told again how it stands', () => {
    expect(plan(input({ airtable: { ...row, saysOther: true } })).row).toEqual(rewritten);
  });

  test('is told again that it is deleted in Buildium', () => {
    const standing = 'deletedInBuildium' as const;
    const gone = {
      buildium: { kind: 'gone' } as const,
      link: { ...linked, standing, status: 'Deleted in Buildium' },
    };
    expect(plan(input({ ...gone, airtable: row })).row).toEqual({ kind: 'none' });
    expect(plan(input({ ...gone, airtable: { ...row, saysOther: true } })).row).toEqual(rewritten);
  });
});
