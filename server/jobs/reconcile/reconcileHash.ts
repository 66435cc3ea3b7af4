import { createHash, createHmac } from 'node:crypto';
import type { AnyResource } from '../../../shared/resources/define.ts';
import { isBlank, type FieldValue } from '../../../shared/resources/values.ts';
import type { Entity } from '../../sync/entity.ts';
import type { Job } from '../job.ts';

/** How the hashes are made, in words that go into the certificate: whoever checks one needs nothing else. */
export const HASHING =
  'SHA-256 in hexadecimal. Leaf: of 0x00 and the JSON text [resource, id, [[field, value], …]], fields in the order of ' +
  'the field table, money in cents, links as sorted ids, blank as null; contact data stands as a keyed digest. Node: of ' +
  '0x01 and its two children; an odd one moves up. Leaves are in the order of ids, months of a resource and resources by name.';

/** The hash of one record as one side shows it. */
export function leafHash(
  job: Pick<Job, 'digestKey'>,
  resource: AnyResource,
  entityId: string,
  values: Entity,
): string {
  const fields = resource.fields.flatMap(({ key, personal }) => {
    const value = values[key];
    if (value === undefined) return [];
    const shown = isBlank(value) ? null : value;
    return [[key, personal && shown !== null ? keyedDigest(job, key, shown) : shown]];
  });
  return createHash('sha256')
    .update('\u0000')
    .update(JSON.stringify([resource.name, entityId, fields]))
    .digest('hex');
}

/** A plain hash of an address or a phone number could be found by trying. */
function keyedDigest({ digestKey }: Pick<Job, 'digestKey'>, key: string, value: FieldValue): string {
  return createHmac('sha256', digestKey)
    .update(`certificate ${key}\n${JSON.stringify(value)}`)
    .digest('hex');
}

/** The root of a hash tree over leaves in their order; of none, the hash of nothing. */
export function rootOf(leaves: readonly string[]): string {
  let level = [...leaves];
  if (level.length === 0) return sha256('');
  while (level.length > 1) {
    const above: string[] = [];
    for (let at = 0; at < level.length; at += 2) {
      const [left = '', right] = level.slice(at, at + 2);
      above.push(right === undefined ? left : nodeHash(left, right));
    }
    level = above;
  }
  return level[0] ?? '';
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function nodeHash(left: string, right: string): string {
  return createHash('sha256')
    .update('\u0001')
    .update(Buffer.from(left, 'hex'))
    .update(Buffer.from(right, 'hex'))
    .digest('hex');
}
