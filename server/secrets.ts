import { createCipheriv, createDecipheriv, createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { inspect } from 'node:util';
import { err, ok, type Result } from '../shared/result.ts';

/** Text that must not end up in a log, an error or an answer: everything that prints it shows `[secret]`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The only way to the text. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}

/** The id is stored beside what the key encrypted, so that an old key can be told from the current one. */
export type EncryptionKey = { id: string; base64: Secret | string };

export type DecryptError =
  | { kind: 'malformed' }
  | { kind: 'unknownKey'; keyId: string }
  /** Changed, cut short, or moved here from another row. */
  | { kind: 'notAuthentic' };

export type Keyring = {
  /**
   * @param associatedData says where the ciphertext belongs (`connections:<id>:buildium`): it opens nowhere else.
   * @returns one text for one column: format, key id, nonce, ciphertext with its tag.
   */
  encrypt(plaintext: string | Secret, associatedData: string): string;
  decrypt(packed: string, associatedData: string): Result<Secret, DecryptError>;
  /** Whether a row should be encrypted again, because its key is no longer the first one. */
  isOutdated(packed: string): boolean;
};

export const KEY_BYTES = 32;
const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FORMAT = 'v1';

/** AES-256-GCM under the first key; the others still decrypt, so that keys can be rotated. */
export function openKeyring(keys: readonly EncryptionKey[]): Keyring {
  const problem = keyringProblem(keys);
  if (problem) throw new Error(problem);
  const current = keys[0] as EncryptionKey;
  const keyById = new Map(keys.map((key) => [key.id, keyBytes(key)]));

  return {
    encrypt: (plaintext, associatedData) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', keyBytes(current), nonce).setAAD(
        Buffer.from(associatedData),
      );
      const text = plaintext instanceof Secret ? plaintext.reveal() : plaintext;
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return [FORMAT, current.id, nonce.toString('base64url'), sealed.toString('base64url')].join('.');
    },
    decrypt: (packed, associatedData) => {
      const parts = unpack(packed);
      if (!parts) return err({ kind: 'malformed' });
      const key = keyById.get(parts.keyId);
      if (!key) return err({ kind: 'unknownKey', keyId: parts.keyId });
      const decipher = createDecipheriv('aes-256-gcm', key, parts.nonce).setAAD(Buffer.from(associatedData));
      try {
        decipher.setAuthTag(parts.sealed.subarray(-TAG_BYTES));
        const text = Buffer.concat([decipher.update(parts.sealed.subarray(0, -TAG_BYTES)), decipher.final()]);
        return ok(new Secret(text.toString('utf8')));
      } catch {
        return err({ kind: 'notAuthentic' });
      }
    },
    isOutdated: (packed) => unpack(packed)?.keyId !== current.id,
  };
}

/** What is wrong with a set of keys, by position and never by content; null when nothing is. */
export function keyringProblem(keys: readonly EncryptionKey[]): string | null {
  if (keys.length === 0) return 'no key is given';
  for (const [index, key] of keys.entries()) {
    if (!KEY_ID.test(key.id)) return `key ${index + 1} has an id that is not 1 to 32 letters, digits, - or _`;
    const length = keyBytes(key).length;
    if (length !== KEY_BYTES) return `key ${index + 1} is ${length} bytes of base64 instead of ${KEY_BYTES}`;
    if (keys.findIndex((other) => other.id === key.id) !== index)
      return `key ${index + 1} repeats an earlier id`;
  }
  return null;
}

function keyBytes(key: EncryptionKey): Buffer {
  return Buffer.from(key.base64 instanceof Secret ? key.base64.reveal() : key.base64, 'base64');
}

function unpack(packed: string): { keyId: string; nonce: Buffer; sealed: Buffer } | null {
  const [format, keyId = '', nonceText = '', sealedText = '', ...rest] = packed.split('.');
  const nonce = Buffer.from(nonceText, 'base64url');
  const sealed = Buffer.from(sealedText, 'base64url');
  const whole = nonce.length === NONCE_BYTES && sealed.length >= TAG_BYTES && rest.length === 0;
  return format === FORMAT && KEY_ID.test(keyId) && whole ? { keyId, nonce, sealed } : null;
}

/** A bearer token for the API: 256 bits of chance, which is why a plain hash of it is enough to store. */
export function createToken(): Secret {
  return new Secret(`bas_${randomBytes(32).toString('base64url')}`);
}

/** What is stored of a token, in hexadecimal. */
export function hashToken(token: string | Secret): string {
  return createHash('sha256')
    .update(token instanceof Secret ? token.reveal() : token)
    .digest('hex');
}

/** Takes the same time wherever the two differ. */
export function tokenMatches(token: string | Secret, storedHash: string): boolean {
  return equalInConstantTime(hashToken(token), storedHash);
}

/** For tokens and signatures alike; only the length of the two can be learned from the time it takes. */
export function equalInConstantTime(left: string, right: string): boolean {
  const [leftBytes, rightBytes] = [Buffer.from(left), Buffer.from(right)];
  return leftBytes.length === rightBytes.length && timingSafeEqual(leftBytes, rightBytes);
}
