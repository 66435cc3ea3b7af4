import { parseArgs } from 'node:util';
import { startAirtableSimulator } from './airtable/index.ts';
import { startBuildiumSimulator } from './buildium/index.ts';
import { simulatorClock } from './clock.ts';

const USAGE = `Both simulated services, on loopback.

  npm run sandbox -- [--buildium-port 4020] [--airtable-port 4030] [--seed story|scale] [--properties 500]
                     [--transactions-per-lease 6] [--random-seed 1] [--speed 1] [--latency-ms 120]

While they run, each answers under /__control of its own address:
  GET  /__control/state   what it holds, and every webhook delivery with its answer
  POST /__control/person  somebody at work there, such as {"action": "recordRentPayment", "leaseId": 3001} in Buildium
  POST /__control/faults  requests that fail, and how
  POST /__control/clock   moves time on
  POST /__control/webhook (Buildium) the webhook of its settings: {"url": "…", "secret": "…"}
  POST /__control/token   (Airtable) another person's token, or another role or scopes for one
An action or an address that is not known is answered with those that are.
`;

const options = {
  'buildium-port': { type: 'string', default: '4020' },
  'airtable-port': { type: 'string', default: '4030' },
  seed: { type: 'string', default: 'story' },
  properties: { type: 'string', default: '500' },
  'transactions-per-lease': { type: 'string', default: '6' },
  'random-seed': { type: 'string', default: '1' },
  speed: { type: 'string', default: '1' },
  'latency-ms': { type: 'string', default: '120' },
  help: { type: 'boolean', default: false },
} as const;

type Settings = {
  buildiumPort: number;
  airtablePort: number;
  seed: 'story' | { properties: number; seed: number; transactionsPerLease: number };
  randomSeed: number;
  speed: number;
  latencyMs: number;
};

/** The options by name, or why they cannot be read. */
function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Everything that is wrong with the command line, or what it asks for. */
function readSettings(
  args: readonly string[],
): { ok: true; settings: Settings } | { ok: false; errors: string[] } {
  const values = parsed(args);
  if (typeof values === 'string') return { ok: false, errors: [values] };
  const errors: string[] = [];
  const whole = (
    name: 'buildium-port' | 'airtable-port' | 'properties' | 'transactions-per-lease' | 'random-seed',
  ): number => {
    if (!/^\d{1,7}$/.test(values[name]))
      errors.push(`--${name} must be a whole number, not '${values[name]}'.`);
    return Number(values[name]);
  };
  const positive = (name: 'speed' | 'latency-ms', least: number): number => {
    const value = Number(values[name]);
    if (!(value >= least))
      errors.push(`--${name} must be a number of at least ${least}, not '${values[name]}'.`);
    return value;
  };
  if (!['story', 'scale'].includes(values.seed))
    errors.push(`--seed must be story or scale, not '${values.seed}'.`);
  const randomSeed = whole('random-seed');
  const scale = {
    properties: whole('properties'),
    seed: randomSeed,
    transactionsPerLease: whole('transactions-per-lease'),
  };
  const settings: Settings = {
    buildiumPort: whole('buildium-port'),
    airtablePort: whole('airtable-port'),
    seed: values.seed === 'scale' ? scale : 'story',
    randomSeed,
    speed: positive('speed', 0.01),
    latencyMs: positive('latency-ms', 0),
  };
  return errors.length > 0 ? { ok: false, errors } : { ok: true, settings };
}

async function start(settings: Settings): Promise<void> {
  const clock = simulatorClock(Date.now(), settings.speed);
  const { seed, randomSeed, latencyMs } = settings;
  const buildium = await startBuildiumSimulator({
    port: settings.buildiumPort,
    clock,
    seed,
    randomSeed,
    latencyMs,
  });
  const airtable = await startAirtableSimulator({
    port: settings.airtablePort,
    clock,
    randomSeed,
    latencyMs: { median: latencyMs },
  });
  console.log(
    JSON.stringify({
      buildium: {
        url: buildium.url,
        clientId: buildium.clientId,
        clientSecret: buildium.clientSecret,
        accountId: buildium.accountId,
      },
      airtable: { url: airtable.url, token: airtable.token, baseId: airtable.baseId },
      seed: settings.seed,
    }),
  );
  console.error(rehearsal(buildium, airtable));
  const stop = (): void => void Promise.all([buildium.close(), airtable.close()]);
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

/** What set-up wants to know of the two, ready for a shell; beside the JSON, which programs read. */
function rehearsal(
  buildium: { url: string; clientId: string; clientSecret: string },
  airtable: { url: string; token: string; baseId: string },
): string {
  return [
    '',
    'To rehearse set-up with these two, in another terminal beside `npm start`:',
    '',
    `  export BUILDIUM_ENVIRONMENT=${buildium.url}`,
    `  export BUILDIUM_CLIENT_ID=${buildium.clientId} BUILDIUM_CLIENT_SECRET=${buildium.clientSecret}`,
    `  export AIRTABLE_URL=${airtable.url} AIRTABLE_TOKEN=${airtable.token} AIRTABLE_BASE_ID=${airtable.baseId}`,
    '  npm run cli -- setup',
    '',
  ].join('\n');
}

/** A port that is taken is the one thing that goes wrong here on a sound machine. */
function explain(error: unknown): void {
  const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  if (!taken) throw error;
  console.error(`${error.message}. Choose another with --buildium-port or --airtable-port.`);
  process.exit(1);
}

const args = process.argv.slice(2);
const read = args.includes('--help') ? null : readSettings(args);
if (read === null) console.log(USAGE);
else if (read.ok) await start(read.settings).catch(explain);
else {
  console.error(`${read.errors.join('\n')}\n\n${USAGE}`);
  process.exitCode = 1;
}
