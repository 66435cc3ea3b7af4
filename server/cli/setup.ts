import type { Context } from '../context.ts';
import { listTokens } from '../db/apiTokens.ts';
import { connectionById, listConnections, type ConnectionRow } from '../db/connections.ts';
import { reportSideUp } from '../db/sideHealth.ts';
import { listProposals, proposePairing, type PairingSummary } from '../jobs/connect/pairing.ts';
import { approvePairing, finishPairing } from '../jobs/connect/pairingDecisions.ts';
import { readWholeStatus } from '../jobs/watch/wholeStatus.ts';
import { airtableWebhookUrl, buildiumWebhookUrl } from '../addresses.ts';
import { numberFlag, textFlag, type Command, type Invocation } from './command.ts';
import { saySummaries } from './pair.ts';
import { CliProblem, EXIT, type ExitCode } from './problem.ts';
import { given, givenBase, missingAnswers } from './setup/answers.ts';
import { watchRun } from './setup/firstSync.ts';
import { SETUP_OPTIONS } from './setup/options.ts';
import { askPreferences } from './setup/preferences.ts';
import { airtableSide, buildiumSide } from './setup/sides.ts';
import { addWebhookSecret, connectionOfBase, replaceKeys, storeNew } from './setup/store.ts';
import { eventsToTick, sayWebhookAdvice, sayWebhookAdviceOnce } from './setup/webhookAdvice.ts';
import { sayStatus } from './status.ts';
import { counted } from './terminal.ts';
import { storeNewToken } from './token.ts';
import { BY_CLI, chosenConnection, jobOf, withContext } from './withContext.ts';

export const setupCommand: Command = {
  name: 'setup',
  usage: '',
  summary:
    'Connect a Buildium account with an Airtable base: asks, checks, stores, makes the tables, runs the first sync.',
  options: SETUP_OPTIONS,
  notes: [
    'Run again for a base that is connected already, it stores new keys and takes up what was left unfinished.',
    'With --yes nothing is asked: flags or the variables in brackets say everything.',
  ],
  run: (invocation) =>
    withContext(
      invocation,
      async (context) =>
        (await onlyAddsSecret(context, invocation))
          ? addSecret(context, invocation)
          : connect(context, invocation),
      { works: true },
    ),
};

/** The secret alone, for a connection that is there: with any other answer, or without a connection, it is a whole set-up. */
async function onlyAddsSecret(context: Context, invocation: Invocation): Promise<boolean> {
  const { flags } = invocation;
  if (textFlag(flags, 'webhook-secret') === undefined) return false;
  const others = Object.keys(SETUP_OPTIONS).filter(
    (name) => !['connection', 'webhook-secret'].includes(name),
  );
  if (others.some((name) => flags[name] !== undefined)) return false;
  if (textFlag(flags, 'connection') !== undefined) return true;
  const baseId = givenBase(invocation);
  if (baseId !== undefined) return (await connectionOfBase(context, baseId)) !== null;
  return (await listConnections(context.database)).length > 0;
}

async function addSecret(context: Context, invocation: Invocation): Promise<ExitCode> {
  const baseId = textFlag(invocation.flags, 'connection') === undefined ? givenBase(invocation) : undefined;
  const ofBase = baseId === undefined ? null : await connectionOfBase(context, baseId);
  const connection = ofBase ?? (await chosenConnection(context, invocation));
  const secret = await webhookSecret(invocation);
  if (secret === null)
    throw new CliProblem(
      'No secret was given. At a terminal it is asked for; without one, set BUILDIUM_WEBHOOK_SECRET and leave the - as it is.',
      EXIT.wrongUse,
    );
  await addWebhookSecret(context, connection, secret);
  invocation.terminal.say('The webhook secret is stored; the server knows it within ten seconds.');
  return EXIT.done;
}

async function connect(context: Context, invocation: Invocation): Promise<ExitCode> {
  const { terminal } = invocation;
  const missing = terminal.isInteractive ? [] : missingAnswers(invocation);
  if (missing.length > 0)
    throw new CliProblem(`There is nobody to ask. Missing: ${missing.join(', ')}.`, EXIT.wrongUse);
  const buildium = await buildiumSide(context, invocation);
  const airtable = await airtableSide(context, invocation);
  const known = await connectionOfBase(context, airtable.baseId);
  if (known?.buildiumAccountId != null && known.buildiumAccountId !== buildium.account.id)
    throw new CliProblem(
      `This base is connected with Buildium account ${known.buildiumAccountId}; the key belongs to ${buildium.account.id}. Use another base, or the right key.`,
    );
  const connection = known
    ? await replaceKeys(context, known, buildium, airtable)
    : await storeNew(
        context,
        buildium,
        airtable,
        await askPreferences(invocation, buildium.account.companyName),
      );
  terminal.say(
    known
      ? `"${connection.name}" was connected already: its keys are replaced.`
      : `Stored as ${connection.connectionId}; the keys are encrypted.`,
  );
  const token = await firstToken(context, connection.connectionId);
  if (connection.state !== 'pairing') return finishKnown(context, invocation, connection);
  return start(context, invocation, connection, token);
}

/** Pairs what is there, prepares the base, and sees the first sync through. */
async function start(
  context: Context,
  invocation: Invocation,
  connection: ConnectionRow,
  adminToken: string | null,
): Promise<ExitCode> {
  const { terminal, wantsJson } = invocation;
  const job = await jobOf(context, connection.connectionId);
  const publicUrl = context.config.publicUrl;
  const facts = {
    connectionId: connection.connectionId,
    buildiumWebhookUrl: buildiumWebhookUrl(publicUrl, connection),
    events: eventsToTick(),
    adminToken,
  };
  if (adminToken !== null && !wantsJson) {
    terminal.say();
    terminal.say('An admin token for the HTTP API, shown this once:');
    terminal.say(`  ${adminToken}`);
  }
  const pairing = await pairFirst(invocation, job);
  if (pairing.isWaiting) {
    if (wantsJson) terminal.json({ ...facts, pairing: pairing.summaries, state: 'pairing' });
    terminal.say('Nothing was written to the base. `npm run cli -- pair` lists what is proposed;');
    terminal.say('approve or reject it there, then `npm run cli -- pair --finish`.');
    return EXIT.waiting;
  }
  terminal.say('Making what is missing in the base…');
  const finished = await finishPairing(job, BY_CLI, airtableWebhookUrl(publicUrl, connection));
  if (!finished.ok) throw new CliProblem(finished.error.message);
  const { tablesCreated, fieldsCreated } = finished.value.schema;
  const fields = counted(fieldsCreated.length, 'field');
  terminal.say(`  Made: ${counted(tablesCreated.length, 'table')}, and ${fields} in tables that were there.`);
  if (publicUrl === null)
    terminal.say(
      '  PUBLIC_URL is not set: Airtable cannot ping us, edits are looked for every five minutes.',
    );

  if (!wantsJson) sayWebhookAdvice(terminal, facts.buildiumWebhookUrl, publicUrl !== null);
  const secret = await webhookSecret(invocation);
  if (secret !== null) await addWebhookSecret(context, connection, secret);
  else terminal.say('  Later: npm run cli -- setup --webhook-secret -');
  if (invocation.flags['no-wait'] === true) {
    if (wantsJson) terminal.json({ ...facts, runId: finished.value.runId, state: 'running' });
    else terminal.say('The first sync starts as soon as the server runs (npm start).');
    return EXIT.done;
  }
  terminal.say();
  terminal.say('First sync:');
  const run = await watchRun(context, connection.connectionId, finished.value.runId, terminal);
  if (run.problem !== null) terminal.say(run.problem);
  const done = { runId: run.runId, run: run.state, problem: run.problem };
  return summarize(context, invocation, connection.timeZone, { ...facts, ...done });
}

async function summarize(
  context: Context,
  { terminal, wantsJson }: Invocation,
  timeZone: string,
  facts: { connectionId: string; runId: string; run: string; problem: string | null },
): Promise<ExitCode> {
  // The month's calls, those of this minute too.
  await context.outbound.flushCallCounts(context.database);
  const status = await readWholeStatus({ ...context, connectionId: facts.connectionId }, context.config);
  if (wantsJson) terminal.json({ ...facts, status });
  else {
    terminal.say();
    sayStatus(terminal, status, timeZone);
    terminal.say();
    terminal.say(
      'Next: keep the server running (npm start). `npm run cli -- doctor` says whether all is well.',
    );
  }
  const parked = status.resources.reduce((sum, resource) => sum + resource.parked, 0);
  return facts.run === 'finished' && parked === 0 ? EXIT.done : EXIT.needsPerson;
}

async function finishKnown(
  context: Context,
  invocation: Invocation,
  connection: ConnectionRow,
): Promise<ExitCode> {
  const { terminal, wantsJson } = invocation;
  const { connectionId } = connection;
  const hasSecret = given(invocation, 'webhook-secret', 'BUILDIUM_WEBHOOK_SECRET') !== undefined;
  const secret = hasSecret ? await webhookSecret(invocation) : null;
  const fresh = await connectionById(context.database, connectionId);
  if (secret !== null && fresh) await addWebhookSecret(context, fresh, secret);
  for (const side of ['buildium', 'airtable'] as const)
    await reportSideUp(context.database, connectionId, side);
  const url = buildiumWebhookUrl(context.config.publicUrl, connection);
  if (wantsJson) terminal.json({ connectionId, buildiumWebhookUrl: url, state: connection.state });
  else if (fresh && secret === null) sayWebhookAdviceOnce(terminal, context, fresh);
  if (!wantsJson)
    terminal.say('The running server goes on with the new keys. `npm run cli -- doctor` checks the rest.');
  return EXIT.done;
}

/** @returns the token where there was none yet. */
async function firstToken(context: Context, connectionId: string): Promise<string | null> {
  const now = new Date(context.clock.nowMs()).toISOString();
  if ((await listTokens(context.database, connectionId, now)).length > 0) return null;
  const wish = { name: 'first admin token', role: 'admin', expiresInDays: null } as const;
  return (await storeNewToken(context, connectionId, wish)).token.reveal();
}

/** Proposes pairs where the base has rows already; approves what the person, or the flag, says. */
async function pairFirst(
  invocation: Invocation,
  job: Awaited<ReturnType<typeof jobOf>>,
): Promise<{ isWaiting: boolean; summaries: PairingSummary[] }> {
  const { terminal, flags } = invocation;
  const found = await proposePairing(job);
  if (!found.ok) throw new CliProblem(found.error.message);
  const summaries = found.value;
  if (summaries.length === 0) return { isWaiting: false, summaries };
  terminal.say('The base has rows already:');
  saySummaries(terminal, summaries);
  const minScore =
    numberFlag(flags, 'pair-min-score', { from: 0, to: 100 }) ?? (await askMinScore(invocation, summaries));
  if (minScore !== null) {
    const approved = await approvePairing(job, { minScore }, BY_CLI);
    if (!approved.ok) throw new CliProblem(approved.error);
    terminal.say(`${counted(approved.value.approved.length, 'pair is', 'pairs are')} approved.`);
  }
  const open = (await listProposals(job)).filter((proposal) => proposal.decision === 'proposed');
  return { isWaiting: open.length > 0, summaries };
}

async function askMinScore(
  { terminal }: Invocation,
  summaries: readonly PairingSummary[],
): Promise<number | null> {
  if (!terminal.isInteractive || summaries.every((one) => one.proposed === 0)) return null;
  const isWanted = await terminal.confirm(
    'Approve the pairs that only one row and one entity claim, from score 90 on?',
    false,
  );
  return isWanted ? 90 : null;
}

/** Null when there is none yet. */
async function webhookSecret(invocation: Invocation): Promise<string | null> {
  const { terminal } = invocation;
  const found = given(invocation, 'webhook-secret', 'BUILDIUM_WEBHOOK_SECRET');
  if (found !== undefined && found !== '-') return found;
  const fromEnvironment = invocation.environment['BUILDIUM_WEBHOOK_SECRET']?.trim();
  if (fromEnvironment) return fromEnvironment;
  if (!terminal.isInteractive) return null;
  const asked = await terminal.askSecret('Secret of the Buildium webhook (not shown; empty for later)');
  return asked === '' ? null : asked;
}
