import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import {
  createToken,
  equalInConstantTime,
  hashToken,
  keyringProblem,
  openKeyring,
  Secret,
  tokenMatches,
} from '../server/secrets.ts';

const newKey = (id: string) => ({ id, base64: randomBytes(32).toString('base64') });
const row = 'connections:7:buildium';

describe('a secret', () => {
  const secret = new Secret('hunter2');

  test.each([
    ['as text', String(secret)],
    ['in a template', `${secret.toString()}`],
    ['as JSON', JSON.stringify({ secret })],
    ['inspected', inspect({ deep: { secret } }, { depth: 9, showHidden: true })],
    ['as its entries', JSON.stringify(Object.entries(secret))],
    ['joined to text', ['key:', secret].join(' ')],
  ])('is not shown %s', (_how, shown) => {
    expect(shown).not.toContain('hunter2');
  });

  test('is revealed on request', () => {
    expect(secret.reveal()).toBe('hunter2');
  });
});

describe('a keyring', () => {
  test('gives back any text that it encrypted', () => {
    const keyring = openKeyring([newKey('a')]);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, place) => {
        const opened = keyring.decrypt(keyring.encrypt(text, place), place);
        expect(opened.ok && opened.value.reveal()).toBe(text);
      }),
    );
  });

  test('never encrypts the same text to the same ciphertext', () => {
    const keyring = openKeyring([newKey('a')]);
    expect(keyring.encrypt('same', row)).not.toBe(keyring.encrypt('same', row));
  });

  test('opens a ciphertext only where it belongs', () => {
    const keyring = openKeyring([newKey('a')]);
    const opened = keyring.decrypt(keyring.encrypt('mine', row), 'connections:8:buildium');
    expect(opened).toEqual({ ok: false, error: { kind: 'notAuthentic' } });
  });

  test('refuses a ciphertext of which any character was changed', () => {
    const keyring = openKeyring([newKey('a')]);
    const packed = keyring.encrypt('100 dollars', row);
    // All but the last one, of which base64 ignores some bits.
    for (let index = 0; index < packed.length - 1; index += 1) {
      const other = packed[index] === 'x' ? 'y' : 'x';
      const changed = packed.slice(0, index) + other + packed.slice(index + 1);
      expect(keyring.decrypt(changed, row).ok).toBe(false);
    }
  });

  test.each(['', 'plain text', 'v1.a.b.c', 'v2.a.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAA'])(
    'calls %j malformed',
    (packed) => {
      expect(openKeyring([newKey('a')]).decrypt(packed, row)).toEqual({
        ok: false,
        error: { kind: 'malformed' },
      });
    },
  );

  test('still opens what an older key encrypted, and says that it is outdated', () => {
    const [older, newer] = [newKey('2025'), newKey('2026')];
    const packed = openKeyring([older]).encrypt('kept', row);
    const rotated = openKeyring([newer, older]);
    const opened = rotated.decrypt(packed, row);
    expect(opened.ok && opened.value.reveal()).toBe('kept');
    expect(rotated.isOutdated(packed)).toBe(true);
    expect(rotated.isOutdated(rotated.encrypt('kept', row))).toBe(false);
  });

  test('names the key that is missing', () => {
    const packed = openKeyring([newKey('2025')]).encrypt('lost', row);
    const opened = openKeyring([newKey('2026')]).decrypt(packed, row);
    expect(opened).toEqual({ ok: false, error: { kind: 'unknownKey', keyId: '2025' } });
  });

  test.each([
    ['no key', [], 'no key is given'],
    ['a short key', [{ id: 'a', base64: 'c2hvcnQ=' }], 'key 1 is 5 bytes of base64 instead of 32'],
    [
      'an id that would break the format',
      [newKey('a.b')],
      'key 1 has an id that is not 1 to 32 letters, digits, - or _',
    ],
    ['an id twice', [newKey('a'), newKey('a')], 'key 2 repeats an earlier id'],
  ])('cannot be opened with %s', (_what, keys, problem) => {
    expect(keyringProblem(keys)).toBe(problem);
    expect(() => openKeyring(keys)).toThrow(problem);
  });
});

describe('a token', () => {
  test('matches its own hash and no other', () => {
    const token = createToken();
    expect(tokenMatches(token, hashToken(token))).toBe(true);
    expect(tokenMatches(token.reveal(), hashToken(token))).toBe(true);
    expect(tokenMatches(createToken(), hashToken(token))).toBe(false);
  });

  test('is stored as SHA-256', () => {
    expect(hashToken('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  test('is compared without an error for different lengths', () => {
    expect(equalInConstantTime('short', 'longer text')).toBe(false);
    expect(equalInConstantTime('é', 'é')).toBe(true);
  });
});
