import { expect, test } from '@jest/globals';
import { unfitting } from '../simulation/breakages.ts';

test('every breakage still fits the engine’s source', () => {
  expect(unfitting()).toEqual([]);
});
