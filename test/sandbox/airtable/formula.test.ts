import { describe, expect, test } from '@jest/globals';
import { at, DATE, linkTo, NO_SUCH_RECORD, NUMBER, select, START_MS, testWorld } from './support.ts';

const sandbox = testWorld();
const units = sandbox.table('Units');
const { path, create, field } = sandbox.table('Leases', [
  { name: 'Rent', type: 'currency', options: { precision: 2, symbol: '$' } },
  { name: 'Count', ...NUMBER },
  { name: 'State', ...select('Open', 'Shut') },
  { name: 'Tags', ...select('Red', 'Blue'), type: 'multipleSelects' },
  { name: 'Start', ...DATE },
  { name: 'Paid', type: 'checkbox', options: { icon: 'check', color: 'greenBright' } },
  { name: 'Units', ...linkTo(units.id) },
  {
    name: 'Seen',
    type: 'dateTime',
    options: { timeZone: 'utc', dateFormat: { name: 'iso' }, timeFormat: { name: '24hour' } },
  },
]);
const unitIds = [units.create({ Name: 'A1' }), units.create({ Name: 'B2' })];
const full = create({
  Name: 'Main St "5"',
  Rent: 1200.5,
  Count: 3,
  State: 'Open',
  Tags: ['Red', 'Blue'],
  Start: '2026-03-01',
  Paid: true,
  Units: unitIds,
  Seen: '2026-03-01T15:30:00Z',
});
const empty = create({});

/** Formula, its value for the full record. */
const VALUES: readonly [string, unknown][] = [
  ['1+2*3', 7],
  ['(1+2)*3', 9],
  ['-2+5', 3],
  ['10/4', 2.5],
  ['1/0', { error: '#ERROR!' }],
  ['"a" & "b" & 1', 'ab1'],
  ["'it''s'", { error: 'unreadable' }],
  ['"say \\"hi\\""', 'say "hi"'],
  ['{Rent}*2', 2401],
  ['Rent+Count', 1203.5],
  [`{${field('Rent')}}`, 1200.5],
  ['{rent}', 1200.5],
  ['CONCATENATE({Name}, "!")', 'Main St "5"!'],
  ['LEFT("lease", 2) & RIGHT("lease", 2) & MID("lease", 2, 3)', 'leseeas'],
  ['LEN("lease")', 5],
  ['FIND("a", "lease")', 3],
  ['FIND("z", "lease")', 0],
  ['SEARCH("A", "lease")', 3],
  ['LOWER("AbC") & UPPER("AbC")', 'abcABC'],
  ['TRIM("  a ")', 'a'],
  ['SUBSTITUTE("a-b-a", "a", "c")', 'c-b-c'],
  ['SUBSTITUTE("a-b-a", "a", "c", 2)', 'a-b-c'],
  ['REPLACE("lease", 2, 3, "X")', 'lXe'],
  ['REPT("ab", 3)', 'ababab'],
  ['REGEX_MATCH("unit 12", "[0-9]+")', 1],
  ['REGEX_EXTRACT("unit 12", "[0-9]+")', '12'],
  ['REGEX_REPLACE("a1b2", "[0-9]", "")', 'ab'],
  ['EXACT("a", "A")', 0],
  ['ENCODE_URL_COMPONENT("a b")', 'a%20b'],
  ['SUM(1, 2, {Count})', 6],
  ['ROUND(2.345, 2)', 2.35],
  ['ROUND(1.005, 2)', 1.01],
  ['ROUND(-2.5)', -3],
  ['ROUNDUP(2.1, 0) & ROUNDDOWN(2.9, 0)', '32'],
  ['INT(-1.5)', -2],
  ['ABS(-3)', 3],
  ['MOD(7, 3)', 1],
  ['MOD(-1, 3)', 2],
  ['MIN(3, 1, 2) & MAX(3, 1, 2)', '13'],
  ['AVERAGE(1, 2)', 1.5],
  ['CEILING(7, 5) & FLOOR(7, 5)', '105'],
  ['EVEN(3) & ODD(4)', '45'],
  ['POWER(2, 3) & SQRT(9)', '83'],
  ['VALUE("$1,234.5")', 1234.5],
  ['COUNT(1, "a", 2) & COUNTA(1, "", "a") & COUNTALL(1, "")', '222'],
  ['IF({Paid}, "paid", "due")', 'paid'],
  ['IF({Count}>5, 1, IF({Count}=3, 2, 3))', 2],
  ['IF(1, "then", 1/0)', 'then'],
  ['SWITCH({State}, "Shut", 1, "Open", 2, 3)', 2],
  ['AND(1, {Paid}) & OR(0, "") & NOT(0) & XOR(1, 1, 1)', '111'],
  ['TRUE()', 1],
  ['FALSE()', 0],
  ['BLANK()', undefined],
  ['ERROR()', { error: '#ERROR!' }],
  ['IF(ISERROR(1/0), "bad", "good")', 'bad'],
  ['RECORD_ID()', full],
  ['ARRAYJOIN({Units}, "; ")', 'A1; B2'],
  ['{Units} & ""', 'A1, B2'],
  ['ARRAYUNIQUE({Tags})', ['Red', 'Blue']],
  ['ARRAYCOMPACT({Tags})', ['Red', 'Blue']],
  ['ARRAYSLICE({Tags}, 2)', ['Blue']],
  ['DATETIME_DIFF("2026-03-10", {Start}, "days")', 9],
  ['DATETIME_DIFF("2026-03-01T01:00", {Start})', 3600],
  ['DATETIME_DIFF("2027-02-28", {Start}, "months")', 11],
  ['DATEADD({Start}, 1, "month")', '2026-04-01'],
  ['DATEADD({Start}, -1, "d")', '2026-02-28'],
  ['DATETIME_PARSE("4/3/2026", "D/M/YYYY")', '2026-03-04'],
  ['DATETIME_FORMAT({Start}, "MMMM Do, YYYY [at] dddd")', 'March 1st, 2026 at Sunday'],
  ['DATETIME_FORMAT({Seen}, "YYYY-MM-DD HH:mm")', '2026-03-01 15:30'],
  ['DATETIME_FORMAT(SET_TIMEZONE({Seen}, "America/New_York"), "h:mma")', '10:30am'],
  ['DATESTR({Seen}) & " " & TIMESTR({Seen})', '2026-03-01 15:30:00'],
  ['YEAR({Start}) & MONTH({Start}) & DAY({Start})', '202631'],
  ['HOUR({Seen}) & ":" & MINUTE({Seen}) & ":" & SECOND({Seen})', '15:30:0'],
  ['WEEKDAY({Start})', 0],
  ['WORKDAY({Start}, 5)', '2026-03-06'],
  ['WORKDAY_DIFF({Start}, "2026-03-08")', 5],
  ['TODAY()', '2026-11-02'],
  ['IS_BEFORE({Start}, "2026-03-02")', 1],
  ['IS_AFTER({Start}, TODAY())', 0],
  ['IS_SAME({Seen}, {Start}, "day")', 1],
  ['IS_SAME({Seen}, {Start})', 0],
];

/** Formula; whether it lets the full and the empty record through. */
const FILTERS: readonly [string, boolean, boolean][] = [
  ['{Name}="Main St \\"5\\""', true, false],
  ['{Name}=\'main st "5"\'', false, false],
  ['{Name}=""', false, true],
  ['{Name}=BLANK()', false, true],
  ['{Name}', true, false],
  ['NOT({Name})', false, true],
  ['{Count}=3', true, false],
  ['{Count}="3"', false, false],
  ['{Count}!=3', false, true],
  ['{Count}=0', false, true],
  ['{Count}=BLANK()', false, true],
  ['{Count}>=3', true, false],
  ['{State}="Open"', true, false],
  ['{State}="Nope"', false, false],
  ['{Paid}', true, false],
  ['{Paid}=1', true, false],
  ['{Paid}=TRUE()', true, false],
  ['{Paid}=FALSE()', false, true],
  ['{Units}="A1, B2"', true, false],
  ['{Tags}="Red, Blue"', true, false],
  ['FIND("A1", ARRAYJOIN({Units}))', true, false],
  ['{Start}="2026-03-01"', true, false],
  ['{Start}>"2026-02-01"', true, false],
  ['{Start}!=""', true, false],
  ['IS_BEFORE({Start}, "2027-01-01")', true, false],
  [`RECORD_ID()="${full}"`, true, false],
  [`OR(RECORD_ID()='${full}',RECORD_ID()='${empty}')`, true, true],
  [`OR(RECORD_ID()='${full}',RECORD_ID()='${NO_SUCH_RECORD}')`, true, false],
  [`AND(RECORD_ID()='${full}',{Count}=4)`, false, false],
  ['OR({Count}=3,{Name}="")', true, true],
  ['VALUE({Name})>0', true, false],
  [`IS_AFTER(CREATED_TIME(), "2026-11-01")`, true, true],
  [`IS_AFTER(LAST_MODIFIED_TIME({Count}), "2026-11-03")`, false, false],
  ['CREATED_TIME()>NOW()', false, false],
  ['1', true, true],
  ['0', false, false],
];

describe('formulas', () => {
  // TODAY() is 2026-11-02.
  sandbox.time.stepMs = 0;
  sandbox.time.nowMs = START_MS + 60_000;

  test.each(VALUES)('%s', (formula, expected) => {
    sandbox.world.limits.forgive();
    if (expected !== null && at(expected, 'error') === 'unreadable') {
      expect(sandbox.call('GET', `${path}?filterByFormula=${encodeURIComponent(formula)}`).status).toBe(422);
      return;
    }
    sandbox.person({
      action: 'addField',
      table: 'Leases',
      field: { name: 'Formula', type: 'formula', options: { formula } },
    });
    const shown = at(sandbox.ok('GET', `${path}/${full}`), 'fields.Formula');
    sandbox.person({ action: 'deleteField', table: 'Leases', field: 'Formula' });
    expect(shown).toEqual(expected);
  });

  test.each(FILTERS)('filter %s', (formula, letsFull, letsEmpty) => {
    sandbox.world.limits.forgive();
    const query = new URLSearchParams({ filterByFormula: formula }).toString();
    const answer = sandbox.ok('GET', `${path}?${query}`);
    const ids = (at(answer, 'records') as unknown[]).map((record) => at(record, 'id'));
    expect(ids.toSorted()).toEqual([...(letsFull ? [full] : []), ...(letsEmpty ? [empty] : [])].toSorted());
  });

  test.each(['AND(', '{Name', '"open', '1 +', 'Name Rent', 'IF(1,2', '#'])('%s is no formula', (formula) => {
    sandbox.world.limits.forgive();
    const answer = sandbox.call('GET', `${path}?filterByFormula=${encodeURIComponent(formula)}`);
    expect(at(answer.body, 'error.message')).toBe(
      'The formula for filtering records is invalid: Invalid formula. Please check your formula text.',
    );
  });

  test('names what it does not know', () => {
    sandbox.world.limits.forgive();
    const message = (formula: string): unknown =>
      at(sandbox.call('GET', `${path}?filterByFormula=${encodeURIComponent(formula)}`).body, 'error.message');
    expect(message('AND({Colour}=1, {Shade}=2)')).toBe(
      'The formula for filtering records is invalid: Unknown field names: colour, shade',
    );
    expect(message('MAGIC(1)')).toBe(
      'The formula for filtering records is invalid: Unknown function names: magic',
    );
  });
});

describe('computed fields', () => {
  test('show creation, edits, numbers, counts, lookups and rollups', () => {
    const { person, table, ok, time, world } = testWorld();
    const things = table('Things', [{ name: 'Size', ...NUMBER }]);
    const boxes = table('Boxes', [{ name: 'Things', ...linkTo(things.id) }]);
    const linked = {
      recordLinkFieldId: boxes.field('Things'),
      fieldIdInLinkedTable: things.field('Size'),
    };
    const add = (name: string, type: string, options: object = {}): unknown =>
      person({ action: 'addField', table: 'Boxes', field: { name, type, options } });
    add('Made', 'createdTime');
    add('Edited', 'lastModifiedTime');
    add('Maker', 'createdBy');
    add('Number', 'autoNumber');
    add('How many', 'count', linked);
    add('Sizes', 'multipleLookupValues', linked);
    add('Total', 'rollup', { ...linked, formula: 'SUM(values)' });
    add('Label', 'formula', { formula: '{Name}&" has "&{Total}' });
    const [a, b] = [things.create({ Size: 2 }), things.create({ Size: 3 })];
    const box = boxes.create({ Name: 'Box', Things: [a, b] });
    const made = new Date(time.nowMs).toISOString();
    ok('PATCH', `${boxes.path}/${box}`, { fields: { Name: 'Big box' } });
    const [owner] = world.users.values();
    expect(boxes.cells(box)).toEqual({
      Name: 'Big box',
      Things: [a, b],
      Made: made,
      Edited: new Date(time.nowMs - time.stepMs).toISOString(),
      Maker: owner,
      Number: 1,
      'How many': 2,
      Sizes: [2, 3],
      Total: 5,
      Label: 'Big box has 5',
    });
    person({ action: 'renameField', table: 'Boxes', field: 'Name', name: 'Title' });
    expect(at(boxes.cells(box), 'Label')).toBe('Big box has 5');
  });
});
