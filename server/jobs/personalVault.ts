import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Queryable } from '../db/database.ts';
import { addEntityKeys, entityKeysOf } from '../db/entityKeys.ts';
import type { Job } from './job.ts';

/**
 * Seals contact data under a key of its entity, so that destroying the key forgets the person
 * while everything that points to the entity stays whole.
 */
export type PersonalVault = {
  seal(entityId: string, value: unknown): string;
  /** Null when the key it was sealed under was destroyed: the person was forgotten, whatever key came after. */
  open(entityId: string, sealed: string): unknown;
};

/** Opens the vault for a batch, making a key for every entity that has none yet. */
export async function openVault(
  job: Job,
  db: Queryable,
  resource: string,
  entityIds: readonly string[],
): Promise<PersonalVault> {
  const known = await entityKeysOf(db, job.connectionId, resource, entityIds);
  const missing = entityIds.filter((entityId) => !known.has(entityId));
  if (missing.length > 0) {
    const made = missing.map((entityId) => ({
      entityId,
      sealedKey: job.keyring.encrypt(
        job.randomBytes(32).toString('base64'),
        keyContext(job, resource, entityId),
      ),
    }));
    await addEntityKeys(db, job.connectionId, resource, made);
    for (const [entityId, key] of await entityKeysOf(db, job.connectionId, resource, missing))
      known.set(entityId, key);
  }
  const keys = new Map<string, Buffer>();
  const keyOf = (entityId: string): Buffer | null => {
    const cached = keys.get(entityId);
    if (cached) return cached;
    const sealedKey = known.get(entityId);
    if (sealedKey === undefined) return null;
    const opened = job.keyring.decrypt(sealedKey, keyContext(job, resource, entityId));
    if (!opened.ok)
      throw new Error(
        `The key of ${resource} ${entityId} cannot be opened (${opened.error.kind}): check ENCRYPTION_KEYS`,
      );
    const key = Buffer.from(opened.value.reveal(), 'base64');
    keys.set(entityId, key);
    return key;
  };
  return {
    seal: (entityId, value) => {
      const key = keyOf(entityId);
      if (!key) throw new Error(`${resource} ${entityId} has no key to seal under`);
      return encrypt(key, JSON.stringify(value), job.randomBytes(12), entityId);
    },
    open: (entityId, sealed) => {
      const key = keyOf(entityId);
      const opened = key ? decrypt(key, sealed, entityId) : null;
      return opened === null ? null : (JSON.parse(opened) as unknown);
    },
  };
}

function keyContext(job: Job, resource: string, entityId: string): string {
  return `entity-key ${job.connectionId} ${resource} ${entityId}`;
}

function encrypt(key: Buffer, plaintext: string, nonce: Buffer, context: string): string {
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
  const sealed = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
}

/** @returns null when it was sealed under another key, or altered since. */
function decrypt(key: Buffer, sealed: string, context: string): string | null {
  const bytes = Buffer.from(sealed, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAAD(Buffer.from(context));
  decipher.setAuthTag(bytes.subarray(12, 28));
  const opened = decipher.update(bytes.subarray(28), undefined, 'utf8');
  try {
    return opened + decipher.final('utf8');
  } catch {
    return null;
  }
}
