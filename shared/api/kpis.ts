import * as z from 'zod';
import { endpoint } from '../endpoint.ts';

const instant = z.iso.datetime();
const day = z.iso.date();
const count = z.number().int().min(0);
const share = z.number().min(0).max(1);
const ms = z.number().min(0).nullable();

/** Each stage of a change's way; `whole` is from the change outside to its confirmed row. */
export const STAGES = ['heard', 'waited', 'written', 'whole'] as const;
export type Stage = (typeof STAGES)[number];

const times = { count, p50Ms: ms, p95Ms: ms, p99Ms: ms };

export const kpis = z
  .object({
    at: instant,
    days: count,
    delays: z.object({
      stages: z
        .array(z.object({ stage: z.enum(STAGES), ...times }))
        .describe(
          '`heard`: from the change to our receipt; `waited`: until it was looked at; `written`: until its row was confirmed; `whole`: all of it.',
        ),
      byDay: z.array(z.object({ day, ...times })).describe('The whole way.'),
    }),
    accuracy: z.object({
      latest: share.nullable(),
      at: instant.nullable(),
      history: z.array(
        z.object({
          reconciliationId: z.string(),
          at: instant,
          accuracy: share,
          records: count,
          matching: count,
        }),
      ),
    }),
    conflicts: z.object({
      open: count,
      oldestAgeMs: ms,
      medianAgeMs: ms,
      weeks: z.array(
        z.object({
          from: day.describe('The Monday of the week.'),
          opened: count,
          ended: count,
          medianToEndMs: ms,
        }),
      ),
    }),
    uptime: z.object({
      share: share
        .nullable()
        .describe('Minutes in which the sync was alive ÷ minutes since it was first seen.'),
      byDay: z.array(z.object({ day, share })),
    }),
    api: z.object({
      ...times,
      failed: count.describe('Answers with a status of 500 and more.'),
      byDay: z.array(z.object({ day, count, failed: count, p95Ms: ms })),
      endpoints: z.array(z.object({ name: z.string(), failed: count, ...times })),
    }),
    jobs: z
      .array(z.object({ job: z.string(), failed: count, ...times }))
      .describe('Run times of calculations, reconciliations and nightly reads.'),
    backlog: z.object({
      dirty: count.describe('Entities that could be looked at now.'),
      samples: z.array(z.object({ at: instant, dirty: count })).describe('The last day.'),
    }),
    alerts: z.array(z.object({ kind: z.string(), since: instant, message: z.string() })),
  })
  .meta({ id: 'Kpis' });

export const kpisEndpoints = {
  readKpis: endpoint({
    method: 'GET',
    path: '/kpis',
    role: 'viewer',
    tag: 'Figures',
    summary: 'How well the sync does its work',
    description:
      'Delays by stage, accuracy, conflicts, uptime, answers of the API, run times and the backlog, with what is alerted now.',
    query: z.strictObject({ days: z.coerce.number().int().min(1).max(90).default(30) }),
    response: kpis,
    example: { query: { days: 7 } },
  }),
};

export type Kpis = z.output<typeof kpis>;
