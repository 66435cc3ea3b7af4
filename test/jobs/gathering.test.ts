import { expect, test } from '@jest/globals';
import { createGathering } from '../../server/jobs/gathering.ts';

/** Work that ends when it is told to. */
function controlled() {
  const ends: (() => void)[] = [];
  return {
    started: () => ends.length,
    work: () => new Promise<void>((resolve) => ends.push(resolve)),
    endAt: (index: number) => ends[index]?.(),
  };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('of a burst of wake-ups two look at once, and one of them once more when it is through', async () => {
  const gather = createGathering();
  const { started, work, endAt } = controlled();
  const wakes = Array.from({ length: 10 }, () => gather('units', work));
  await settled();
  expect(started()).toBe(2);
  endAt(0);
  await settled();
  expect(started()).toBe(3);
  endAt(1);
  endAt(2);
  await Promise.all(wakes);
  expect(started()).toBe(3);
});

test('other keys do not wait for one another', async () => {
  const gather = createGathering();
  const { started, work, endAt } = controlled();
  const wakes = ['a', 'a', 'b', 'b'].map((key) => gather(key, work));
  await settled();
  expect(started()).toBe(4);
  for (let index = 0; index < 4; index += 1) endAt(index);
  await Promise.all(wakes);
});

test('work that fails frees its place', async () => {
  const gather = createGathering();
  const failing = (): Promise<void> => Promise.reject(new Error('no database'));
  await expect(Promise.all([gather('a', failing), gather('a', failing)])).rejects.toThrow('no database');
  await settled();
  let ran = false;
  await gather('a', () => {
    ran = true;
    return Promise.resolve();
  });
  expect(ran).toBe(true);
});
