import { resourceNamed } from '../../../shared/resources/index.ts';
import { connectionSettings } from '../../../shared/settings.ts';
import type { StandingStatus } from '../../../shared/syncStatus.ts';
import { unreadWebhooks } from '../../db/airtableWebhooks.ts';
import type { ConnectionRow } from '../../db/connections.ts';
import { unheardTables } from '../../db/unheardTables.ts';
import type { Job } from '../job.ts';
import { enabledResources } from '../schemaColumns.ts';
import { problem, type Finding } from './finding.ts';

/** What went unheard is read within minutes, where Airtable answers. */
const UNHEARD_MS = 60 * 60_000;

const ABOUT = 'Airtable webhook';

type Watched = Pick<Job, 'database' | 'connectionId' | 'state'> & { clock: { nowMs(): number } };

/** What stands against hearing of edits, as far as it is known without asking Airtable. */
export async function hearingFindings(
  job: Watched,
  connection: Pick<ConnectionRow, 'settings'>,
  { webhooks }: Pick<StandingStatus, 'webhooks'>,
): Promise<Finding[]> {
  const broken = webhooks.airtable.flatMap((one) => (one.problem === null ? [] : [one.problem]));
  const findings = broken.map((message) => problem(ABOUT, message, '`npm run cli -- repair` makes it anew.'));
  // While the connection is paused nobody listens.
  if (job.state !== 'running') return findings;
  const before = new Date(job.clock.nowMs() - UNHEARD_MS).toISOString();
  for (const { since, why } of await unreadWebhooks(job.database, job.connectionId, before))
    findings.push(
      problem(ABOUT, `What is edited in Airtable has not been heard since ${since}: ${why}`, HEARD_AGAIN),
    );
  const settings = connectionSettings.parse(connection.settings);
  const enabled = new Set(enabledResources({ settings }).map(({ name }) => name));
  const unread = (await unheardTables(job.database, job.connectionId, before))
    .filter(({ resource }) => enabled.has(resource))
    .map(({ resource }) => `“${resourceNamed(resource).table}”`);
  if (unread.length > 0) {
    const message = `Edits in ${unread.join(', ')} went unheard, and could not be looked for yet.`;
    findings.push(problem(ABOUT, message, TABLES_AGAIN));
  }
  return findings;
}

/** What a person can do where edits in Airtable are not heard of. */
export const HEARD_AGAIN =
  'It is tried every five minutes, and nothing is lost meanwhile. If it stays so: is Airtable down, and does the token still have the scope webhook:manage?';

const TABLES_AGAIN =
  'It is tried every five minutes. If it stays so: is Airtable down, or a table of these deleted (`npm run cli -- doctor`)?';
