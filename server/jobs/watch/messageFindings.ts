import { stuckChannels } from '../../db/notifications.ts';
import type { Job } from '../job.ts';
import { problem, type Finding } from './finding.ts';

/** Three tries are made within six minutes: what fails until then is more than a hiccup. */
const STUCK_AFTER = 3;

/** Messages that do not go out: whoever waits for them hears nothing. */
export async function messageFindings(job: Pick<Job, 'database' | 'connectionId'>): Promise<Finding[]> {
  const stuck = await stuckChannels(job.database, job.connectionId, STUCK_AFTER);
  return stuck.map(({ channel, messages, since, problem: why }) =>
    problem(
      'Messages',
      `${messages === 1 ? 'One message' : `${messages} messages`} by ${channel === 'email' ? 'e-mail' : 'the webhook'} could not be delivered since ${since}: ${why}`,
      'They are tried again for about a day, and then given up. Send a test message after mending it.',
    ),
  );
}
