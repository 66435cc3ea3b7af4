import { describe, expect, test } from '@jest/globals';
import { at, error, list, select, testWorld, text } from './support.ts';

const dateTime = (timeZone: string): object => ({
  type: 'dateTime',
  options: { timeZone, dateFormat: { name: 'us' }, timeFormat: { name: '12hour' } },
});
const date = (name: string): object => ({ type: 'date', options: { dateFormat: { name } } });

const sandbox = testWorld();
const { path, create, cells } = sandbox.table('Cells', [
  { name: 'Long', type: 'multilineText' },
  { name: 'Rich', type: 'richText' },
  { name: 'Email', type: 'email' },
  { name: 'Url', type: 'url' },
  { name: 'Phone', type: 'phoneNumber' },
  { name: 'Number', type: 'number', options: { precision: 1 } },
  { name: 'Percent', type: 'percent', options: { precision: 1 } },
  { name: 'Currency', type: 'currency', options: { precision: 2, symbol: '$' } },
  { name: 'Rating', type: 'rating', options: { icon: 'star', max: 5, color: 'yellowBright' } },
  { name: 'Duration', type: 'duration', options: { durationFormat: 'h:mm' } },
  { name: 'Check', type: 'checkbox', options: { icon: 'check', color: 'greenBright' } },
  { name: 'Select', ...select('Open', 'Shut') },
  { name: 'Many', ...select('Red', 'Blue'), type: 'multipleSelects' },
  { name: 'Day', ...date('us') },
  { name: 'European', ...date('european') },
  { name: 'Instant', ...dateTime('utc') },
  { name: 'Local', ...dateTime('America/New_York') },
  { name: 'Who', type: 'singleCollaborator' },
  { name: 'Crowd', type: 'multipleCollaborators' },
  { name: 'Files', type: 'multipleAttachments' },
  { name: 'Code', type: 'barcode' },
]);
const [owner] = sandbox.world.users.values();
if (!owner) throw new Error('A world starts with an owner');

/** Field, what is sent, what is read back; undefined for an empty cell. */
const STORED: readonly [string, unknown, unknown][] = [
  ['Name', ' as it is ', ' as it is '],
  ['Name', '', undefined],
  ['Long', 'one\ntwo', 'one\ntwo'],
  ['Rich', '**bold**', '**bold**\n'],
  ['Rich', 'ended\n', 'ended\n'],
  ['Email', 'not checked', 'not checked'],
  ['Url', 'not checked', 'not checked'],
  ['Phone', '+1 (555) 010', '+1 (555) 010'],
  ['Number', 1.23456, 1.23456],
  ['Number', 0, 0],
  ['Percent', 0.123, 0.123],
  ['Currency', -10.005, -10.005],
  ['Rating', 5, 5],
  ['Rating', 0, undefined],
  ['Duration', 5400, 5400],
  ['Check', true, true],
  ['Check', false, undefined],
  ['Check', null, undefined],
  ['Select', 'Open', 'Open'],
  ['Select', null, undefined],
  ['Many', ['Blue', 'Red', 'Blue'], ['Blue', 'Red']],
  ['Many', [], undefined],
  ['Day', '2026-02-28', '2026-02-28'],
  ['Day', '2026-02-28T23:30:00-05:00', '2026-03-01'],
  ['Instant', '2026-02-28T23:30:00-05:00', '2026-03-01T04:30:00.000Z'],
  ['Instant', '2026-02-28', '2026-02-28T00:00:00.000Z'],
  ['Instant', '2026-02-28T10:00:00.123456Z', '2026-02-28T10:00:00.123Z'],
  ['Local', '2026-07-01T09:00', '2026-07-01T13:00:00.000Z'],
  ['Local', '2026-01-01T09:00', '2026-01-01T14:00:00.000Z'],
  ['Local', '2026-01-01T09:00Z', '2026-01-01T09:00:00.000Z'],
  ['Who', { id: owner.id }, owner],
  ['Who', { email: owner.email }, owner],
  ['Crowd', [{ id: owner.id }], [owner]],
  ['Code', { text: '123', type: 'upce' }, { text: '123', type: 'upce' }],
];

const REFUSED: readonly [string, unknown][] = [
  ['Name', 7],
  ['Name', true],
  ['Name', ['a']],
  ['Long', 'x'.repeat(100_001)],
  ['Email', 7],
  ['Number', '7'],
  ['Number', true],
  ['Currency', '$7.00'],
  ['Rating', 6],
  ['Rating', 2.5],
  ['Duration', -1],
  ['Check', 'true'],
  ['Check', 1],
  ['Select', ['Open']],
  ['Select', 1],
  ['Many', 'Red'],
  ['Day', '02/28/2026'],
  ['Day', '2026-02-30'],
  ['Day', ''],
  ['Day', 20260228],
  ['Instant', 'yesterday'],
  ['Instant', '2026-02-28T25:00:00Z'],
  ['Who', owner.id],
  ['Who', { id: 'usrAAAAAAAAAAAAAA' }],
  ['Code', '123'],
];

/** With typecast: field, what is sent, what is read back. */
const CAST: readonly [string, unknown, unknown][] = [
  ['Name', 7, '7'],
  ['Name', ['a', 'b'], 'a, b'],
  ['Number', '1,234.5', 1234.5],
  ['Number', 'no number', undefined],
  ['Percent', '12.5%', 0.125],
  ['Currency', '$1,234.50', 1234.5],
  ['Currency', '(12)', -12],
  ['Duration', '1:30', 5400],
  ['Check', 'yes', true],
  ['Check', 'no', undefined],
  ['Select', ' Open ', 'Open'],
  ['Select', '', undefined],
  ['Many', 'Red, Blue', ['Red', 'Blue']],
  ['Day', '2/3/2026', '2026-02-03'],
  ['Day', 'March 14, 2026', '2026-03-14'],
  ['Day', 'soon', undefined],
  ['European', '2/3/2026', '2026-03-02'],
  ['Local', '7/1/2026', '2026-07-01T04:00:00.000Z'],
  ['Who', owner.name, owner],
  ['Crowd', owner.email, [owner]],
  ['Code', '123', { text: '123' }],
];

describe('a cell is stored as its field’s type wants it', () => {
  test.each(STORED)('%s %j reads back as %j', (field, sent, expected) => {
    const id = create({ [field]: sent });
    expect(at(cells(id), field)).toEqual(expected);
  });

  test.each(REFUSED)('%s refuses %j', (field, sent) => {
    expect(sandbox.call('POST', path, { fields: { [field]: sent } })).toEqual({
      status: 422,
      body: error('INVALID_VALUE_FOR_COLUMN', `Field "${field}" cannot accept the provided value`),
    });
  });

  test.each([
    ['Select', 'open', 'open'],
    ['Select', '', ''],
    ['Many', ['Red', 'Green'], 'Green'],
  ])('%s refuses the unknown choice of %j', (field, sent, name) => {
    expect(sandbox.call('POST', path, { fields: { [field]: sent } }).body).toEqual(
      error(
        'INVALID_MULTIPLE_CHOICE_OPTIONS',
        `Insufficient permissions to create new select option ""${name}""`,
      ),
    );
  });
});

describe('typecast reads what is loosely meant', () => {
  test.each(CAST)('%s %j reads back as %j', (field, sent, expected) => {
    const id = create({ [field]: sent }, { typecast: true });
    expect(at(cells(id), field)).toEqual(expected);
  });

  test('makes missing choices, with a colour of their own', () => {
    const id = create({ Select: 'Waiting', Many: ['Green'] }, { typecast: true });
    expect(cells(id)).toEqual({ Select: 'Waiting', Many: ['Green'] });
    const fields = sandbox.base.table('Cells');
    expect(fields?.field('Select')?.options?.choices?.at(-1)).toEqual({
      id: expect.stringMatching(/^sel\w{14}$/) as unknown,
      name: 'Waiting',
      color: 'tealLight2',
    });
  });

  test('links by the text of the primary cell, and makes the record that is missing', () => {
    const linked = sandbox.table('Linked', [
      {
        name: 'Cell',
        type: 'multipleRecordLinks',
        options: { linkedTableId: sandbox.base.table('Cells')?.id },
      },
    ]);
    const held = create({ Name: 'Held' });
    const id = linked.create({ Cell: ['Held', 'Made'] }, { typecast: true });
    const ids = list(linked.cells(id), 'Cell');
    expect(ids[0]).toBe(held);
    expect(cells(String(ids[1]))).toEqual({ Name: 'Made', Linked: [id] });
  });
});

describe('attachments', () => {
  test('come from addresses, are kept by id, and go when they are not named', () => {
    const id = create({
      Files: [
        { url: 'https://example.com/a/lease.pdf' },
        { url: 'https://example.com/x', filename: 'y.png' },
      ],
    });
    const [first, second] = list(cells(id), 'Files');
    expect(first).toEqual({
      id: expect.stringMatching(/^att\w{14}$/) as unknown,
      url: expect.stringMatching(/^https:/) as unknown,
      filename: 'lease.pdf',
      size: 0,
      type: 'application/pdf',
    });
    expect(second).toMatchObject({ filename: 'y.png', type: 'image/png' });
    sandbox.ok('PATCH', `${path}/${id}`, { fields: { Files: [{ id: text(second, 'id') }] } });
    expect(list(cells(id), 'Files').map((file) => at(file, 'id'))).toEqual([at(second, 'id')]);
  });

  test.each([['https://example.com/a.pdf'], [[{ url: 'ftp://x' }]], [[{ id: 'attAAAAAAAAAAAAAA' }]], [[{}]]])(
    'refuse %j',
    (sent) => {
      const answer = sandbox.call('POST', path, { fields: { Files: sent } });
      expect(answer).toEqual({ status: 422, body: error('INVALID_ATTACHMENT_OBJECT') });
    },
  );
});

test('cells as text carry currency, percent, duration and the reader’s time', () => {
  const id = create({
    Currency: -1234.5,
    Percent: 0.125,
    Duration: 5400,
    Instant: '2026-07-01T13:00:00Z',
    Local: '2026-07-01T13:00:00Z',
    Many: ['Red', 'Blue'],
    Who: { id: owner.id },
    Code: { text: '123' },
    Rating: 3,
    Number: 2,
  });
  const query = 'cellFormat=string&timeZone=Asia/Tokyo&userLocale=en-us';
  expect(at(sandbox.ok('GET', `${path}/${id}?${query}`), 'fields')).toEqual({
    Currency: '-$1,234.50',
    Percent: '12.5%',
    Duration: '1:30',
    Instant: '7/1/2026 1:00pm',
    Local: '7/1/2026 9:00am',
    Many: 'Red, Blue',
    Who: owner.name,
    Code: '123',
    Rating: '3',
    Number: '2.0',
  });
});
