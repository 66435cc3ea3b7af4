import { expect, test } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { inSlices } from '../../server/jobs/inSlices.ts';

test('many items are mapped in their order, and what waits has its turn before the last', async () => {
  const items = Array.from({ length: 230 }, (_, at) => at);
  let mapped = 0;
  const under = inSlices(items, (item) => {
    mapped += 1;
    return item * 2;
  });
  await setImmediate();
  expect(mapped).toBeGreaterThan(0);
  expect(mapped).toBeLessThan(items.length);
  expect(await under).toEqual(items.map((item) => item * 2));
});
