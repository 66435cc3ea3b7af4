import type { Job } from '../../jobs/job.ts';
import type { AppParts } from '../appParts.ts';

/** What handlers work with: they call the jobs' use cases with the job of the connection that asks. */
export type ApiParts = AppParts & {
  /** Throws when there is no such connection; a session is always of one. */
  jobOf(connectionId: string): Promise<Job>;
};
