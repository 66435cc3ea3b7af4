import { createAirtableClient } from '../../airtable/client.ts';
import { createBuildiumClient } from '../../buildium/client.ts';
import type { Context } from '../../context.ts';
import { checkAirtableAccess, TOKENS_PAGE } from '../../jobs/connect/airtableAccess.ts';
import { checkBuildiumAccess, proveTransactionIds } from '../../jobs/connect/buildiumAccess.ts';
import type { Invocation } from '../command.ts';
import { CliProblem, EXIT } from '../problem.ts';
import { hasProblem, sayFindings } from '../sayFindings.ts';
import { listBases } from './airtableBases.ts';
import { askAirtable, askBuildium, givenBase, type AirtableAnswer, type BuildiumAnswer } from './answers.ts';

/** Counted as this until there is a connection. */
const CONNECTION_ID = 'setup';

export type CheckedBuildium = BuildiumAnswer & { account: { id: number; companyName: string | null } };

/**
 * Asks for the key until one opens everything, the last answers offered again; without anybody to ask, says what is
 * wrong and ends.
 */
export async function buildiumSide(context: Context, invocation: Invocation): Promise<CheckedBuildium> {
  const { terminal } = invocation;
  const { outbound, clock } = context;
  for (let before: BuildiumAnswer | null = null; ; ) {
    const answer: BuildiumAnswer = await askBuildium(invocation, before);
    const client = createBuildiumClient({
      outbound,
      connectionId: CONNECTION_ID,
      baseUrl: answer.url,
      credentials: answer.credentials,
      requestsPerSecond: context.config.buildiumRequestsPerSecond,
    });
    terminal.say('Trying what the sync reads from Buildium…');
    const today = new Date(clock.nowMs()).toISOString().slice(0, 10);
    const access = await checkBuildiumAccess(client, clock, today);
    sayFindings(terminal, access.findings);
    if (access.account && !hasProblem(access.findings)) {
      sayFindings(terminal, [await proveTransactionIds(client)]);
      return { ...answer, account: access.account };
    }
    await againOrEnd(invocation, 'Buildium');
    before = answer;
  }
}

export type CheckedAirtable = AirtableAnswer & { baseId: string };

export async function airtableSide(context: Context, invocation: Invocation): Promise<CheckedAirtable> {
  const { terminal } = invocation;
  for (let before: AirtableAnswer | null = null; ; ) {
    const answer: AirtableAnswer = await askAirtable(invocation, before);
    const named = before === null ? givenBase(invocation) : undefined;
    const baseId = named ?? (await chooseBase(context, invocation, answer));
    if (baseId !== null) {
      const client = createAirtableClient({
        outbound: context.outbound,
        connectionId: CONNECTION_ID,
        baseUrl: answer.url,
        contentUrl: answer.contentUrl,
        baseId,
        token: answer.token,
        requestsPerSecond: context.config.airtableRequestsPerSecond,
      });
      terminal.say('Trying what the sync does in Airtable…');
      const findings = await checkAirtableAccess(client);
      sayFindings(terminal, findings);
      if (!hasProblem(findings)) return { ...answer, baseId };
    }
    await againOrEnd(invocation, 'Airtable');
    before = answer;
  }
}

/** Null when the token shows none. */
async function chooseBase(
  { outbound }: Context,
  { terminal }: Invocation,
  answer: AirtableAnswer,
): Promise<string | null> {
  const bases = await listBases(outbound, answer);
  if (!bases.ok) {
    sayFindings(terminal, [
      { level: 'problem', about: 'Airtable token', message: bases.error.message, whatToDo: null },
    ]);
    return null;
  }
  const listed = bases.value.map((base) => ({
    label: `${base.name} (${base.id}, ${base.permissionLevel})`,
    value: base.id,
  }));
  if (listed.length === 0) {
    terminal.say(`The token sees no base. At ${TOKENS_PAGE}, add the base under "Access".`);
    return null;
  }
  if (terminal.isInteractive) return terminal.choose('Which base?', listed);
  throw new CliProblem(
    ['Say which base with --airtable-base:', ...listed.map(({ label }) => `  ${label}`)].join('\n'),
    EXIT.wrongUse,
  );
}

async function againOrEnd({ terminal }: Invocation, side: string): Promise<void> {
  if (terminal.isInteractive && (await terminal.confirm('Answer again?', true))) return;
  throw new CliProblem(
    `Nothing was stored. Mend what is marked above on the side of ${side}, then run setup again.`,
  );
}
