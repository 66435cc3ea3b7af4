import { describe, expect, test } from '@jest/globals';
import { resourceNamed } from '../../shared/resources/index.ts';
import { inLinkOrder } from '../../server/sync/linkOrder.ts';

const glAccounts = resourceNamed('glAccounts');
const selfLink = glAccounts.fields.find((field) => field.kind === 'link' && field.target === 'glAccounts');

/** An account by its id and its parent's. */
const account = (entityId: string, parentId?: string) => ({
  entityId,
  decoded: { entity: { [selfLink?.key ?? '']: parentId === undefined ? [] : [parentId] } },
});

const rounds = (...members: ReturnType<typeof account>[]): string[][] =>
  inLinkOrder(glAccounts, members).map((round) => round.map(({ entityId }) => entityId));

describe('entities that link to entities of their own kind', () => {
  test('GL accounts are such entities', () => {
    expect(selfLink).toBeDefined();
  });

  test('come after those that they point to, however they are listed', () => {
    expect(rounds(account('3', '2'), account('2', '1'), account('1'))).toEqual([['1'], ['2'], ['3']]);
    expect(rounds(account('1'), account('2', '1'), account('3', '1'))).toEqual([['1'], ['2', '3']]);
  });

  test('do not wait for one that is not in the batch', () => {
    expect(rounds(account('2', '1'), account('3'))).toEqual([['2', '3']]);
  });

  test('come last and all the same when they point in a circle or to themselves', () => {
    expect(rounds(account('1', '2'), account('2', '1'), account('3'))).toEqual([['3'], ['1', '2']]);
    expect(rounds(account('1', '1'))).toEqual([['1']]);
    expect(rounds()).toEqual([]);
  });

  test('of other kinds are one round', () => {
    const unit = (entityId: string) => ({ entityId, decoded: { entity: { property: ['9'] } } });
    expect(inLinkOrder(resourceNamed('units'), [unit('1'), unit('2')])).toEqual([[unit('1'), unit('2')]]);
  });
});
