import { describe, expect, test } from '@jest/globals';
import { error, linkTo, NO_SUCH_RECORD, NUMBER, select, testWorld } from './support.ts';

const INVALID = error(
  'INVALID_REQUEST_UNKNOWN',
  'Invalid request: parameter validation failed. Check your request data.',
);
const HIDDEN = error(
  'INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND',
  'Invalid permissions, or the requested model was not found. Check that both your user and your token have the required permissions, and that the model names and/or ids are correct.',
);
const RECORDS_UPDATE = error(
  'INVALID_RECORDS',
  'You must provide an array of up to 10 record objects, each with an "id" ID field and a "fields" object for cell values.',
);
const RECORDS_CREATE = error(
  'INVALID_RECORDS',
  'You must provide an array of up to 10 record objects, each with a "fields" object for cell values.',
);
const NOT_FOUND = { error: 'NOT_FOUND' };
const UNAUTHENTICATED = error('AUTHENTICATION_REQUIRED', 'Authentication required');

const sandbox = testWorld();
const other = sandbox.table('Other');
const {
  path,
  create,
  id: tableId,
} = sandbox.table('Jobs', [
  { name: 'Cost', ...NUMBER },
  { name: 'State', ...select('Open') },
  { name: 'Other', ...linkTo(other.id) },
]);
sandbox.person({
  action: 'addField',
  table: 'Jobs',
  field: { name: 'Double', type: 'formula', options: { formula: '{Cost}*2' } },
});
const recordId = create({ Name: 'Roof', Cost: 7 });
const otherId = other.create({ Name: 'Else' });
const { baseId } = sandbox;
const records = (fields: object) => ({ records: [{ fields }] });
const eleven = { records: Array.from({ length: 11 }, () => ({ fields: {} })) };
const unknownBase = '/appAAAAAAAAAAAAAA/Jobs';

/** Request, status, body. */
const REFUSED: readonly [string, string, unknown, number, unknown][] = [
  ['GET', '/nowhere', undefined, 404, NOT_FOUND],
  ['GET', '/app123/Jobs', undefined, 404, NOT_FOUND],
  ['GET', `${path}/rec123`, undefined, 404, NOT_FOUND],
  ['TRACE', path, undefined, 404, NOT_FOUND],
  ['GET', unknownBase, undefined, 403, HIDDEN],
  ['GET', `/${baseId}/Nothing`, undefined, 403, HIDDEN],
  ['GET', `${path}/${NO_SUCH_RECORD}`, undefined, 403, HIDDEN],
  ['GET', `${path}/${recordId}?fields[]=Name`, undefined, 422, INVALID],
  ['GET', `${path}?pageSize=101`, undefined, 422, INVALID],
  ['GET', `${path}?pageSize=0`, undefined, 422, INVALID],
  ['GET', `${path}?maxRecords=x`, undefined, 422, INVALID],
  ['GET', `${path}?colour=red`, undefined, 422, INVALID],
  ['GET', `${path}?sort[0][field]=Name&sort[0][direction]=up`, undefined, 422, INVALID],
  ['GET', `${path}?cellFormat=string`, undefined, 422, INVALID],
  ['GET', `${path}?cellFormat=string&timeZone=Mars/Olympus&userLocale=en`, undefined, 422, INVALID],
  ['GET', `${path}?recordMetadata[]=likes`, undefined, 422, INVALID],
  ['GET', `${path}?fields[]=Nope`, undefined, 422, error('UNKNOWN_FIELD_NAME', 'Unknown field name: "Nope"')],
  [
    'GET',
    `${path}?sort[0][field]=Nope`,
    undefined,
    422,
    error('UNKNOWN_FIELD_NAME', 'Unknown field name: "Nope"'),
  ],
  ['GET', `${path}?view=Nope`, undefined, 422, error('VIEW_NAME_NOT_FOUND', 'View Nope not found')],
  [
    'GET',
    `${path}?view=viwAAAAAAAAAAAAAA`,
    undefined,
    422,
    error('VIEW_ID_NOT_FOUND', 'View viwAAAAAAAAAAAAAA not found'),
  ],
  [
    'GET',
    `${path}?offset=abc`,
    undefined,
    422,
    error('INVALID_OFFSET_VALUE', 'The value of offset abc is invalid'),
  ],
  [
    'GET',
    `${path}?offset=itrAAAAAAAAAAAAAA/${NO_SUCH_RECORD}`,
    undefined,
    422,
    error('LIST_RECORDS_ITERATOR_NOT_AVAILABLE'),
  ],
  [
    'GET',
    `${path}?filterByFormula=${encodeURIComponent('{Colour}="red"')}`,
    undefined,
    422,
    error(
      'INVALID_FILTER_BY_FORMULA',
      'The formula for filtering records is invalid: Unknown field names: colour',
    ),
  ],
  [
    'GET',
    `${path}?filterByFormula=${encodeURIComponent('AND(')}`,
    undefined,
    422,
    error(
      'INVALID_FILTER_BY_FORMULA',
      'The formula for filtering records is invalid: Invalid formula. Please check your formula text.',
    ),
  ],
  ['POST', path, '{', 422, error('INVALID_REQUEST_BODY', 'Could not parse request body')],
  ['POST', path, '[]', 422, error('INVALID_REQUEST_BODY', 'Could not parse request body')],
  [
    'POST',
    path,
    {},
    422,
    error('INVALID_REQUEST_MISSING_FIELDS', 'Could not find field "fields" in the request body'),
  ],
  ['POST', path, { ...records({}), colour: 1 }, 422, INVALID],
  ['POST', path, { ...records({}), typecast: 'yes' }, 422, INVALID],
  ['POST', path, { records: [] }, 422, RECORDS_CREATE],
  ['POST', path, eleven, 422, RECORDS_CREATE],
  ['POST', path, { records: [{ id: recordId, fields: {} }] }, 422, RECORDS_CREATE],
  ['PATCH', path, { records: [{ fields: {} }] }, 422, RECORDS_UPDATE],
  ['PATCH', path, eleven, 422, RECORDS_UPDATE],
  ['PATCH', path, { ...records({}), performUpsert: { fieldsToMergeOn: [] } }, 422, INVALID],
  [
    'PATCH',
    path,
    { ...records({ Double: 1 }), performUpsert: { fieldsToMergeOn: ['Double'] } },
    422,
    error('INVALID_VALUE_FOR_COLUMN', 'Field "Double" cannot accept the provided value'),
  ],
  [
    'PATCH',
    `${path}/${NO_SUCH_RECORD}`,
    { fields: {} },
    422,
    error('ROW_DOES_NOT_EXIST', `Record ID ${NO_SUCH_RECORD} does not exist`),
  ],
  [
    'PATCH',
    path,
    { records: [{ id: NO_SUCH_RECORD, fields: {} }] },
    422,
    error('ROW_DOES_NOT_EXIST', `Record ID ${NO_SUCH_RECORD} does not exist`),
  ],
  ['POST', path, records({ Nope: 1 }), 422, error('UNKNOWN_FIELD_NAME', 'Unknown field name: "Nope"')],
  ['POST', path, records({ cost: 1 }), 422, error('UNKNOWN_FIELD_NAME', 'Unknown field name: "cost"')],
  [
    'POST',
    path,
    records({ Cost: '7' }),
    422,
    error('INVALID_VALUE_FOR_COLUMN', 'Field "Cost" cannot accept the provided value'),
  ],
  [
    'POST',
    path,
    records({ Double: 14 }),
    422,
    error('INVALID_VALUE_FOR_COLUMN', 'Field "Double" cannot accept a value because the field is computed'),
  ],
  [
    'POST',
    path,
    records({ State: 'Shut' }),
    422,
    error('INVALID_MULTIPLE_CHOICE_OPTIONS', 'Insufficient permissions to create new select option ""Shut""'),
  ],
  [
    'POST',
    path,
    records({ Other: [NO_SUCH_RECORD] }),
    422,
    error('ROW_DOES_NOT_EXIST', `Record ID ${NO_SUCH_RECORD} does not exist`),
  ],
  [
    'POST',
    path,
    records({ Other: ['Else'] }),
    422,
    error('INVALID_RECORD_ID', 'Value "Else" is not a valid record ID.'),
  ],
  [
    'POST',
    path,
    records({ Other: [recordId] }),
    422,
    error(
      'ROW_TABLE_DOES_NOT_MATCH_LINKED_TABLE',
      `Record ID ${recordId} belongs to table ${tableId}, but the field links to table ${other.id}`,
    ),
  ],
  [
    'DELETE',
    path,
    undefined,
    422,
    error('INVALID_RECORDS', 'You must provide an array of up to 10 record IDs.'),
  ],
  ['DELETE', `${path}/${NO_SUCH_RECORD}`, undefined, 404, error('MODEL_ID_NOT_FOUND', 'Record not found')],
  ['DELETE', `${path}?records[]=${otherId}`, undefined, 404, error('MODEL_ID_NOT_FOUND', 'Record not found')],
];

describe('a request that Airtable refuses gets its status and exact body', () => {
  test.each(REFUSED)('%s %s %j → %i', (method, to, body, status, answer) => {
    const before = sandbox.base.recordCount();
    expect(sandbox.call(method, to, body)).toEqual({ status, body: answer });
    expect(sandbox.base.recordCount()).toBe(before);
  });

  test('a single record that is missing answers 404 where a test asks for the older behaviour', () => {
    sandbox.world.missingRecord = 404;
    const answer = sandbox.call('GET', `${path}/${NO_SUCH_RECORD}`);
    sandbox.world.missingRecord = 403;
    expect(answer).toEqual({ status: 404, body: NOT_FOUND });
  });

  test('an address of 16,000 characters is too long; the same list by POST is not', () => {
    const formula = `OR(${Array.from({ length: 500 }, () => "RECORD_ID()='recAAAAAAAAAAAAAA'").join(',')})`;
    const query = new URLSearchParams({ filterByFormula: formula }).toString();
    expect(sandbox.call('GET', `${path}?${query}`).status).toBe(413);
    expect(sandbox.call('POST', `${path}/listRecords`, { filterByFormula: formula })).toEqual({
      status: 200,
      body: { records: [] },
    });
  });
});

describe('checks come in Airtable’s order', () => {
  const WRONG_TOKEN = 'patAAAAAAAAAAAAAA.00';

  test('a malformed path is 404 even without a token', () => {
    expect(sandbox.call('GET', '/app1/Jobs', undefined, null)).toEqual({ status: 404, body: NOT_FOUND });
  });

  test.each([null, WRONG_TOKEN])('token %s is 401 whatever else is wrong', (secret) => {
    const answer = sandbox.call('GET', `${unknownBase}?pageSize=101`, undefined, secret);
    expect(answer).toEqual({ status: 401, body: UNAUTHENTICATED });
  });

  test('wrong parameters are 422 before the base is looked for', () => {
    expect(sandbox.call('GET', `${unknownBase}?pageSize=101`)).toEqual({ status: 422, body: INVALID });
    expect(sandbox.call('POST', unknownBase, '{').status).toBe(422);
  });

  test('an unknown table is 403 before its fields and views are looked for', () => {
    expect(sandbox.call('GET', `/${baseId}/Nothing?fields[]=Nope&view=Nope`).status).toBe(403);
  });
});
