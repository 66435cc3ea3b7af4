import { describe, expect, test } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { parseBuildiumEvent, verifyBuildiumSignature } from '../../server/buildium/webhook.ts';

const SECRET = 'test-secret';
const BODY =
  '{"EventName":"Rental.Created","EventDateTime":"2022-12-22T16:18:20.876772Z","AccountId":123456,"PropertyId":78910}';
const SENT_AT_MS = 1_671_725_900_000;
const SIGNATURE = 'BIqb3JTqGarXaKQujgPZor3DBVy83lb6MWRCq2qjNWk=';

type Change = {
  body?: string;
  headers?: Record<string, string | string[] | undefined>;
  secrets?: string[];
  nowMs?: number;
};

const verify = ({ body = BODY, headers = {}, secrets = [SECRET], nowMs = SENT_AT_MS }: Change = {}) =>
  verifyBuildiumSignature({
    rawBody: Buffer.from(body),
    headers: {
      'buildium-webhook-timestamp': '1671725900',
      'buildium-webhook-signature': SIGNATURE,
      ...headers,
    },
    secrets,
    nowMs,
  });

const sign = (timestamp: string, body: string | Buffer, secret = SECRET): Record<string, string> => ({
  'buildium-webhook-timestamp': timestamp,
  'buildium-webhook-signature': createHmac('sha256', secret)
    .update(`${timestamp}.`)
    .update(body)
    .digest('base64'),
});

describe('a signature', () => {
  test('of the documented kind is accepted', () => {
    expect(verify()).toEqual({ ok: true, value: { sentAtMs: SENT_AT_MS } });
  });

  test('is accepted with any of several secrets, so that they can be rolled', () => {
    expect(verify({ secrets: ['old', '', SECRET] })).toMatchObject({ ok: true });
  });

  test('over the compact form is accepted where the body came with spaces and line ends', () => {
    const pretty = JSON.stringify(JSON.parse(BODY), null, 2);
    expect(verify({ body: pretty })).toMatchObject({ ok: true });
  });

  test('over the raw bytes is accepted where they are not compact, or no JSON', () => {
    for (const body of ['{ "EventName": "X" }', 'not json é']) {
      expect(verify({ body, headers: sign('1671725900', body) })).toMatchObject({ ok: true });
    }
  });

  test('with a time in milliseconds is understood', () => {
    const headers = sign(String(SENT_AT_MS), BODY);
    expect(verify({ headers })).toEqual({ ok: true, value: { sentAtMs: SENT_AT_MS } });
  });

  test.each<[string, Change]>([
    ['another secret', { secrets: ['test-secreT'] }],
    ['no secret stored', { secrets: [] }],
    ['an empty secret stored', { secrets: [''], headers: sign('1671725900', BODY, '') }],
    ['a changed body', { body: BODY.replace('78910', '78911') }],
    ['a changed time', { headers: { 'buildium-webhook-timestamp': '1671725901' } }],
    ['another case', { headers: { 'buildium-webhook-signature': SIGNATURE.toLowerCase() } }],
    ['a cut signature', { headers: { 'buildium-webhook-signature': SIGNATURE.slice(0, -2) } }],
    [
      'hex instead of base64',
      { headers: { 'buildium-webhook-signature': Buffer.from(SIGNATURE, 'base64').toString('hex') } },
    ],
  ])('with %s does not fit', (_, change) => {
    expect(verify(change)).toMatchObject({ ok: false, error: { kind: 'mismatch' } });
  });

  test.each<[string, Record<string, string | string[] | undefined>]>([
    ['signature', { 'buildium-webhook-signature': undefined }],
    ['time', { 'buildium-webhook-timestamp': undefined }],
    ['usable time', { 'buildium-webhook-timestamp': 'yesterday' }],
    ['content', { 'buildium-webhook-signature': ' ' }],
  ])('without %s is missing', (_, headers) => {
    expect(verify({ headers })).toMatchObject({ ok: false, error: { kind: 'missing' } });
  });

  test('is good for five minutes either way, and a secret never stands in a message', () => {
    expect(verify({ nowMs: SENT_AT_MS + 300_000 })).toMatchObject({ ok: true });
    expect(verify({ nowMs: SENT_AT_MS - 300_000 })).toMatchObject({ ok: true });
    expect(verify({ nowMs: SENT_AT_MS + 300_001 })).toMatchObject({ ok: false, error: { kind: 'stale' } });
    const future = verify({ nowMs: SENT_AT_MS - 300_001 });
    expect(future).toMatchObject({ ok: false, error: { kind: 'future' } });
    expect(JSON.stringify([future, verify({ secrets: ['other-secret'] })])).not.toContain('secret"');
  });

  test('given twice in the headers counts once, the first', () => {
    expect(verify({ headers: { 'buildium-webhook-signature': [SIGNATURE, 'x'] } })).toMatchObject({
      ok: true,
    });
  });
});

describe('an event', () => {
  const parse = (body: unknown) =>
    parseBuildiumEvent(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));
  const event = {
    AccountId: 5,
    EventName: 'BankAccount.Transaction.Created',
    BankAccountId: 9,
    EventDateTime: '2025-12-21T01:31:55.2592027Z',
    TransactionId: 77,
    TransactionType: 'Deposit',
  };

  test('has its name, its time to the millisecond, its account and its ids', () => {
    expect(parse(event)).toMatchObject({
      ok: true,
      value: {
        eventName: 'BankAccount.Transaction.Created',
        eventAt: '2025-12-21T01:31:55.259Z',
        accountId: 5,
        ids: { BankAccountId: 9, TransactionId: 77, TransactionType: 'Deposit' },
      },
    });
  });

  test('of an unknown name, with lists and parts of odd types, is an event all the same', () => {
    const odd = { ...event, EventName: 'Starship.Launched', BillIds: [3, 1], Nested: { a: 1 }, Flag: true };
    expect(parse(odd)).toMatchObject({
      ok: true,
      value: { eventName: 'Starship.Launched', ids: { BillIds: [3, 1] } },
    });
  });

  const receipt = (body: object): string => {
    const parsed = parse(body);
    if (!parsed.ok) throw new Error(parsed.error.message);
    return parsed.value.receiptId;
  };

  test('has one receipt however its parts are ordered', () => {
    const { EventName, ...rest } = event;
    expect(receipt({ ...rest, EventName })).toBe(receipt(event));
    expect(receipt({ ...event, BillIds: [1, 2] })).toBe(receipt({ ...event, BillIds: [2, 1] }));
    expect(receipt(event)).toMatch(/^[0-9a-f]{64}$/);
  });

  test.each<[string, object]>([
    ['another account', { AccountId: 6 }],
    ['another name', { EventName: 'BankAccount.Transaction.Updated' }],
    ['a later moment of the same millisecond', { EventDateTime: '2025-12-21T01:31:55.2592028Z' }],
    ['another id', { TransactionId: 78 }],
    ['ids that only look the same joined', { BankAccountId: '9|TransactionId=77' }],
  ])('with %s has another receipt', (_, change) => {
    expect(receipt({ ...event, ...change })).not.toBe(receipt(event));
  });

  test('without fraction digits or with many is read', () => {
    for (const [text, at] of [
      ['2025-12-21T01:31:55Z', '2025-12-21T01:31:55.000Z'],
      ['2025-12-21T01:31:55.2Z', '2025-12-21T01:31:55.200Z'],
      ['2025-12-21T01:31:55.259202712345Z', '2025-12-21T01:31:55.259Z'],
    ]) {
      expect(parse({ ...event, EventDateTime: text })).toMatchObject({ ok: true, value: { eventAt: at } });
    }
  });

  test.each<[string, unknown, string]>([
    ['not JSON', '{"EventName":', 'notJson'],
    ['empty', '', 'notJson'],
    ['a list', [event], 'notAnEvent'],
    ['null', null, 'notAnEvent'],
    ['without a name', { ...event, EventName: undefined }, 'notAnEvent'],
    ['without an account', { ...event, AccountId: undefined }, 'notAnEvent'],
    ['with an account as text', { ...event, AccountId: '5' }, 'notAnEvent'],
    ['with a time that is none', { ...event, EventDateTime: 'soon' }, 'notAnEvent'],
  ])('that is %s is refused with its kind', (_, body, kind) => {
    expect(parse(body)).toMatchObject({ ok: false, error: { kind } });
  });
});
