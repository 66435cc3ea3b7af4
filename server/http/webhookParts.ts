import type { AppParts } from './appParts.ts';
import { HttpProblem } from './problem.ts';
import type { WebhookNotices } from './webhookNotices.ts';
import type { Intake } from './webhookIntake.ts';

/** Longer bodies are none of Buildium's or Airtable's: an event is a few hundred bytes. */
export const WEBHOOK_BYTES = 64 * 1024;

export type WebhookParts = AppParts & { intake: Intake; notices: WebhookNotices };

export function unknownAddress(): HttpProblem {
  return new HttpProblem(
    404,
    'unknownConnection',
    "No connection has this webhook address. Copy it again from the connection's settings or from `npm run cli -- setup`.",
  );
}
