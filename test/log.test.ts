import { describe, expect, test } from '@jest/globals';
import { createLogger, silentLogger, type Logger } from '../server/log.ts';
import { Secret } from '../server/secrets.ts';

/** What one call writes, as the line and as JSON. */
function logged(write: (log: Logger) => void): { line: string; entry: Record<string, unknown> } {
  let line = '';
  write(createLogger('trace', { write: (text) => void (line += text) }));
  return { line, entry: JSON.parse(line) as Record<string, unknown> };
}

describe('a log line', () => {
  test('is JSON with level, moment and message', () => {
    const { entry } = logged((log) => log.info({ connectionId: 7 }, 'swept'));
    expect(entry).toMatchObject({ level: 'info', connectionId: 7, msg: 'swept' });
    expect(entry['time']).toMatch(/^\d{4}-\d{2}-\d{2}T.*Z$/);
  });

  test.each([
    ['a header', { headers: { authorization: 'hunter2' } }],
    [
      'Buildium’s key',
      { request: { headers: { 'x-buildium-client-id': 'hunter2', 'X-Buildium-Client-Secret': 'hunter2' } } },
    ],
    ['a token deep inside', { a: { b: { c: [{ d: { accessToken: 'hunter2' } }] } } }],
    ['a password', { password: 'hunter2' }],
    [
      'a tenant’s e-mail and telephones',
      { tenant: { Email: 'hunter2', PhoneNumbers: [{ Number: 'hunter2' }] } },
    ],
    ['a tax id', { owner: { TaxId: 'hunter2' } }],
    ['a Secret', { anything: new Secret('hunter2') }],
    [
      'what lies too deep to look at',
      { a: { b: { c: { d: { e: { f: { g: { h: { i: 'hunter2' } } } } } } } } },
    ],
    [
      'a property of an error',
      { err: Object.assign(new Error('refused'), { headers: { authorization: 'hunter2' } }) },
    ],
  ])('does not hold %s', (_what, object) => {
    expect(logged((log) => log.warn(object, 'look')).line).not.toContain('hunter2');
  });

  test('does not hold a secret that a child logger is bound to', () => {
    expect(logged((log) => log.child({ token: 'hunter2' }).info('look')).line).not.toContain('hunter2');
  });

  test.each([
    'connect to postgres://sync:hunter2@db:5432/sync failed',
    'sent Authorization: Bearer hunter2hunter2',
    `refused patAbCdEfGhIjKlMn.${'0123456789abcdef'.repeat(4)}hunter2`.replace('hunter2', ''),
  ])('does not hold the credential in the text %j', (message) => {
    const { line } = logged((log) => log.error({ err: new Error(message) }, message));
    expect(line).not.toMatch(/hunter2|0123456789abcdef/);
    expect(line).toContain('[hidden]');
  });

  test('keeps what is no secret: an error with its message, an absent token, ids, moments', () => {
    const { entry } = logged((log) =>
      log.error(
        { err: new Error('Buildium answered 503'), token: null, leaseId: 12, at: new Date(0) },
        'failed',
      ),
    );
    expect(entry).toMatchObject({
      err: { type: 'Error', message: 'Buildium answered 503' },
      token: null,
      leaseId: 12,
      at: '1970-01-01T00:00:00.000Z',
    });
  });
});

test('the silent logger takes everything and writes nothing', () => {
  expect(silentLogger().level).toBe('silent');
});
