import { parseArgs } from 'node:util';
import { openDatabase } from '../../server/db/database.ts';
import { databaseUrl, onServer, startTestPostgres, TEMPLATE } from '../support/testPostgres.ts';
import { killAgainAndAgain } from './killing.ts';

/** `npm run kill -- [--kills 50] [--seed 1]`: the test of kill.test.ts, as often as wanted. */
const { values } = parseArgs({ options: { kills: { type: 'string' }, seed: { type: 'string' } } });

const postgres = await startTestPostgres();
try {
  await onServer(postgres.url, (client) => client.query(`create database killed template ${TEMPLATE}`));
  const url = databaseUrl(postgres.url, 'killed');
  const database = openDatabase(url);
  const outcome = await killAgainAndAgain(
    { url, database },
    Number(values.kills ?? '50'),
    Number(values.seed ?? '1'),
  );
  await database.close();
  process.stdout.write(`${JSON.stringify(outcome, null, 2)}\n`);
  process.exitCode = outcome.differences.length + outcome.neverAgreed > 0 ? 1 : 0;
} finally {
  await postgres.stop();
}
