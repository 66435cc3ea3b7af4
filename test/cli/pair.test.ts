import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTwoSides, type TwoSides } from '../support/twoSides.ts';
import { environmentFor, runCli } from './runCli.ts';

let sides: TwoSides;
beforeAll(async () => {
  sides = await startTwoSides();
}, 60_000);
afterAll(() => sides.close());

const WEBHOOK = /https:\/\/sync\.example\.com\/webhooks\/buildium\/\S{20,}/;

test('who pairs by hand is told of the webhook too, by every way that ends there, until its secret is stored', async () => {
  const environment = environmentFor(sides);
  sides.inAirtable({
    action: 'createTable',
    name: 'Vendors',
    fields: [{ name: 'Name', type: 'singleLineText' }],
  });
  sides.inAirtable({ action: 'createRecords', table: 'Vendors', records: [{ fields: { Name: 'Nobody' } }] });
  sides.inAirtable({
    action: 'createTable',
    name: 'Properties',
    fields: [{ name: 'Name', type: 'singleLineText' }],
  });
  sides.inAirtable({
    action: 'createRecords',
    table: 'Properties',
    records: [{ fields: { Name: 'Maple Street Duplex' } }],
  });
  const waiting = await runCli(['setup', '--yes'], environment);
  expect(waiting.code).toBe(3);
  expect(waiting.stdout).toContain('Vendors: 1 row of yours, 0 pairs proposed; 1 row fits nothing');

  const finished = await runCli(['pair', '--finish'], environment);
  expect([finished.code, finished.stderr]).toEqual([0, '']);
  expect(finished.stdout).toMatch(WEBHOOK);
  expect(finished.stdout).toContain('LeaseTransaction: Created, Updated, Deleted');

  const again = await runCli(['setup', '--yes'], environment);
  expect(again.stdout).toMatch(WEBHOOK);
  const stored = await runCli(['setup', '--yes'], { ...environment, BUILDIUM_WEBHOOK_SECRET: 'secret-1' });
  const later = await runCli(['setup', '--yes'], environment);
  for (const { code, stdout } of [stored, later]) {
    expect(code).toBe(0);
    expect(stdout).not.toMatch(WEBHOOK);
  }
}, 60_000);
