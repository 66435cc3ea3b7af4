import { resolve } from 'node:path';
import * as z from 'zod';
import { err, ok, type Result } from '../shared/result.ts';
import {
  bearerToken,
  encryptionKeys,
  mailAddress,
  oneOf,
  originPatterns,
  publicUrl,
  secretUrl,
  wholeNumber,
} from './configFields.ts';
import type { EncryptionKey, Secret } from './secrets.ts';

/** Everything that the environment decides. This module is the only one that reads it. */
export type Config = {
  /** null: the embedded PostgreSQL starts. */
  databaseUrl: Secret | null;
  /** A connection for LISTEN that bypasses a pooler; null: `databaseUrl` serves for that too. */
  databaseListenUrl: Secret | null;
  databasePoolSize: number;
  host: string;
  port: number;
  /** Where Buildium and Airtable reach us, without a slash at the end. */
  publicUrl: string | null;
  encryptionKeys: readonly EncryptionKey[];
  /** Origins that a browser may call the API from. */
  corsOrigins: readonly RegExp[];
  /** How many proxies in front of us are ours, so that their X-Forwarded-For is believed. */
  trustedProxies: number;
  worker: 'all' | 'web' | 'jobs';
  spoolFolder: string;
  spoolMaxBytes: number;
  /** null: everybody may read the figures. */
  metricsToken: Secret | null;
  shutdownGraceMs: number;
  buildiumRequestsPerSecond: number;
  airtableRequestsPerSecond: number;
  /** null: notifications go out by webhook alone. */
  smtpUrl: Secret | null;
  mailFrom: string | null;
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
};

/** What `npm start` cannot do without is there. */
export type StartConfig = Config & { publicUrl: string };

/** Which program asks: the server, a command, or the demo, which makes its own keys and needs nothing. */
export type ConfigMode = 'start' | 'cli' | 'demo';

type Environment = Readonly<Record<string, string | undefined>>;

const PROJECT_FOLDER = resolve(import.meta.dirname, '..');

/**
 * The environment as a checked config, or every line that is missing or wrong at once.
 * A value that may be secret is never repeated in a line.
 */
export function readConfig(environment: Environment, mode: 'start'): Result<StartConfig, string[]>;
export function readConfig(environment: Environment, mode: ConfigMode): Result<Config, string[]>;
export function readConfig(environment: Environment, mode: ConfigMode): Result<Config, string[]> {
  const given = givenVariables(environment);
  const parsed = schemaFor(environment).safeParse(given);
  const problems = (parsed.error?.issues ?? []).map((issue) => problemLine(issue, given));
  problems.push(...missingLines(given, mode), ...contradictionLines(given, mode));
  return parsed.success && problems.length === 0 ? ok(parsed.data) : err(problems);
}

type Variable = { example: string; meaning: string; secret?: true };

/** In the order in which an operator meets them; the README's table is made from this. */
export const VARIABLES = {
  DATABASE_URL: {
    meaning: 'PostgreSQL 14 or later. Absent: the embedded one starts.',
    example: 'postgres://sync:password@db.example.com:5432/sync',
    secret: true,
  },
  DATABASE_LISTEN_URL: {
    meaning:
      'A direct connection for LISTEN where DATABASE_URL goes through PgBouncer. Default: DATABASE_URL.',
    example: 'postgres://sync:password@db.example.com:5432/sync',
    secret: true,
  },
  DATABASE_POOL_SIZE: { meaning: 'Connections of one process at most. Default: 10.', example: '10' },
  PUBLIC_URL: {
    meaning: 'The https address at which Buildium and Airtable reach this server with their webhooks.',
    example: 'https://sync.example.com',
  },
  ENCRYPTION_KEYS: {
    meaning:
      'Keys for stored credentials as id:base64 of 32 bytes, separated by commas, the current one first. `openssl rand -base64 32` makes one.',
    example: '2026-11:<base64 of 32 random bytes>',
    secret: true,
  },
  HOST: {
    meaning: 'The address to listen on. Default: 0.0.0.0 where NODE_ENV is production, otherwise 127.0.0.1.',
    example: '127.0.0.1',
  },
  PORT: { meaning: 'Default: 3000; 0 takes any free one.', example: '3000' },
  TRUST_PROXY: {
    meaning: 'How many reverse proxies stand in front of the server. Default: 0.',
    example: '1',
  },
  CORS_ORIGINS: {
    meaning:
      'Origins that may call the API from a browser, separated by commas; * stands for one label. Default: the origins of Airtable extensions.',
    example: 'https://*.airtableblocks.com,https://tools.example.com',
  },
  WORKER: { meaning: 'What this process does: web, jobs or all. Default: all.', example: 'all' },
  SPOOL_FOLDER: {
    meaning: 'Where webhooks wait while the database is away. Default: .data/spool.',
    example: '/var/spool/sync',
  },
  SPOOL_MAX_BYTES: {
    meaning: 'How much may wait there. Default: 268435456 (256 MiB).',
    example: '268435456',
  },
  METRICS_TOKEN: {
    meaning:
      'What Prometheus sends as its bearer token to read /metrics. Absent: everybody who reaches it may. `openssl rand -hex 32` makes one.',
    example: 'what-openssl-rand-hex-32-prints',
    secret: true,
  },
  SHUTDOWN_GRACE_MS: {
    meaning: 'How long running work may finish after SIGTERM. Default: 25000.',
    example: '25000',
  },
  BUILDIUM_REQUESTS_PER_SECOND: {
    meaning: 'Budget of one Buildium key over all processes. Default: 8.',
    example: '8',
  },
  AIRTABLE_REQUESTS_PER_SECOND: {
    meaning: 'Budget of one Airtable base over all processes. Default: 5.',
    example: '5',
  },
  SMTP_URL: {
    meaning: 'The mail server for notifications. Absent: they go out by webhook alone.',
    example: 'smtps://user:password@smtp.example.com',
    secret: true,
  },
  MAIL_FROM: {
    meaning: 'The sender of notifications; needed with SMTP_URL.',
    example: 'Buildium Sync <sync@example.com>',
  },
  LOG_LEVEL: {
    meaning:
      'fatal, error, warn, info, debug, trace or silent. Default: info. Commands show log lines at debug and trace alone.',
    example: 'info',
  },
} as const satisfies Record<string, Variable>;

type VariableName = keyof typeof VARIABLES;
type Given = Partial<Record<VariableName, string>>;

const REQUIRED: Record<ConfigMode, readonly VariableName[]> = {
  start: ['PUBLIC_URL', 'ENCRYPTION_KEYS'],
  cli: ['ENCRYPTION_KEYS'],
  demo: [],
};

/** An empty variable is an absent one: that is how compose files and CI pass what is not set. */
function givenVariables(environment: Environment): Given {
  const names = Object.keys(VARIABLES) as VariableName[];
  const entries = names.map((name) => [name, environment[name]?.trim()] as const);
  return Object.fromEntries(entries.filter(([, value]) => value));
}

function schemaFor(environment: Environment) {
  const defaultHost = environment['NODE_ENV'] === 'production' ? '0.0.0.0' : '127.0.0.1';
  return z
    .object({
      DATABASE_URL: secretUrl('postgres:', 'postgresql:').optional(),
      DATABASE_LISTEN_URL: secretUrl('postgres:', 'postgresql:').optional(),
      DATABASE_POOL_SIZE: wholeNumber(2, 200, 10),
      PUBLIC_URL: publicUrl.optional(),
      ENCRYPTION_KEYS: encryptionKeys.optional(),
      HOST: z.string().default(defaultHost),
      PORT: wholeNumber(0, 65_535, 3_000),
      TRUST_PROXY: wholeNumber(0, 10, 0),
      CORS_ORIGINS: originPatterns.prefault('https://*.airtableblocks.com,https://*.alt.airtableblocks.com'),
      WORKER: oneOf(['all', 'web', 'jobs']).default('all'),
      SPOOL_FOLDER: z.string().default('.data/spool'),
      SPOOL_MAX_BYTES: wholeNumber(1_048_576, 1_099_511_627_776, 268_435_456),
      METRICS_TOKEN: bearerToken.optional(),
      SHUTDOWN_GRACE_MS: wholeNumber(0, 600_000, 25_000),
      BUILDIUM_REQUESTS_PER_SECOND: wholeNumber(1, 10, 8),
      AIRTABLE_REQUESTS_PER_SECOND: wholeNumber(1, 5, 5),
      SMTP_URL: secretUrl('smtp:', 'smtps:').optional(),
      MAIL_FROM: mailAddress.optional(),
      LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    })
    .transform(
      (given): Config => ({
        databaseUrl: given.DATABASE_URL ?? null,
        databaseListenUrl: given.DATABASE_LISTEN_URL ?? null,
        databasePoolSize: given.DATABASE_POOL_SIZE,
        host: given.HOST,
        port: given.PORT,
        publicUrl: given.PUBLIC_URL ?? null,
        encryptionKeys: given.ENCRYPTION_KEYS ?? [],
        corsOrigins: given.CORS_ORIGINS,
        trustedProxies: given.TRUST_PROXY,
        worker: given.WORKER,
        spoolFolder: resolve(PROJECT_FOLDER, given.SPOOL_FOLDER),
        spoolMaxBytes: given.SPOOL_MAX_BYTES,
        metricsToken: given.METRICS_TOKEN ?? null,
        shutdownGraceMs: given.SHUTDOWN_GRACE_MS,
        buildiumRequestsPerSecond: given.BUILDIUM_REQUESTS_PER_SECOND,
        airtableRequestsPerSecond: given.AIRTABLE_REQUESTS_PER_SECOND,
        smtpUrl: given.SMTP_URL ?? null,
        mailFrom: given.MAIL_FROM ?? null,
        logLevel: given.LOG_LEVEL,
      }),
    );
}

function problemLine(issue: z.core.$ZodIssue, given: Given): string {
  const name = issue.path[0] as VariableName;
  const { example, ...variable }: Variable = VARIABLES[name];
  const shown = variable.secret ? '' : `, and is ${JSON.stringify(given[name])}`;
  return `${name} ${issue.message}${shown}. Example: ${name}=${example}`;
}

function missingLines(given: Given, mode: ConfigMode): string[] {
  return REQUIRED[mode]
    .filter((name) => given[name] === undefined)
    .map(
      (name) => `${name} is missing. ${VARIABLES[name].meaning} Example: ${name}=${VARIABLES[name].example}`,
    );
}

function contradictionLines(given: Given, mode: ConfigMode): string[] {
  const example = `Example: DATABASE_URL=${VARIABLES.DATABASE_URL.example}`;
  const lines: string[] = [];
  if (given.SMTP_URL !== undefined && given.MAIL_FROM === undefined)
    lines.push(
      `MAIL_FROM is missing, while SMTP_URL names a mail server. Example: MAIL_FROM=${VARIABLES.MAIL_FROM.example}`,
    );
  if (given.DATABASE_URL !== undefined) return lines;
  if (given.DATABASE_LISTEN_URL !== undefined) {
    lines.push(
      `DATABASE_URL is missing, while DATABASE_LISTEN_URL points to a server of your own. ${example}`,
    );
  }
  if (mode === 'start' && (given.WORKER === 'web' || given.WORKER === 'jobs')) {
    lines.push(
      `DATABASE_URL is missing, while WORKER=${given.WORKER} shares the work with other processes: the embedded database ends with the process that started it. ${example}`,
    );
  }
  return lines;
}
