import type { Context } from '../context.ts';
import { insertToken, listTokens, revokeToken, type Role } from '../db/apiTokens.ts';
import { ABOUT_NO_RECORD, appendAudit, type AuditRow } from '../db/audit.ts';
import { createToken, hashToken, type Secret } from '../secrets.ts';
import { CONNECTION_OPTION, numberFlag, textFlag, type Command, type Invocation } from './command.ts';
import { CliProblem, EXIT, type ExitCode } from './problem.ts';
import { table } from './terminal.ts';
import { BY_CLI, withJob } from './withContext.ts';

const ROLES: readonly Role[] = ['viewer', 'operator', 'admin'];

const DAY_MS = 86_400_000;

export const tokenCommand: Command = {
  name: 'token',
  usage: 'create | list | revoke <id>',
  summary: 'Make, list and revoke tokens for the HTTP API.',
  options: {
    ...CONNECTION_OPTION,
    name: { type: 'string', help: 'create: who or what will use it.' },
    role: { type: 'string', value: 'viewer|operator|admin', help: 'create: viewer where absent.' },
    'expires-in-days': { type: 'string', value: 'number', help: 'create: until revoked where absent.' },
  },
  words: { atLeast: 1, atMost: 2 },
  run: (invocation) => {
    const [verb, tokenId] = invocation.words;
    return withJob(invocation, async (job, _connection, context) => {
      switch (verb) {
        case 'create':
          return create(invocation, context, job.connectionId);
        case 'list':
          return list(invocation, context, job.connectionId);
        case 'revoke':
          return revoke(invocation, context, job.connectionId, tokenId);
        default:
          throw new CliProblem(`Usage: npm run cli -- token ${tokenCommand.usage}`, EXIT.wrongUse);
      }
    });
  },
};

type Store = Pick<Context, 'database' | 'clock' | 'newId'>;

/** @returns the token itself, which is stored as a hash only. */
export async function storeNewToken(
  { database, clock, newId }: Store,
  connectionId: string,
  wish: { name: string; role: Role; expiresInDays: number | null },
): Promise<{ tokenId: string; token: Secret }> {
  const token = createToken();
  const tokenId = newId();
  const nowMs = clock.nowMs();
  const createdAt = new Date(nowMs).toISOString();
  const { name, role, expiresInDays } = wish;
  const expiresAt = expiresInDays === null ? null : new Date(nowMs + expiresInDays * DAY_MS).toISOString();
  const row = { connectionId, tokenId, name, role, createdAt, expiresAt, revokedAt: null, lastUsedAt: null };
  await database.transaction(async (tx) => {
    await insertToken(tx, { ...row, tokenHash: hashToken(token) });
    const audit = tokenAudit(newId(), 'tokenCreated', `token "${name}" with the role ${role}`);
    await appendAudit(tx, connectionId, [audit], createdAt);
  });
  return { tokenId, token };
}

async function create(invocation: Invocation, context: Context, connectionId: string): Promise<ExitCode> {
  const { flags, terminal } = invocation;
  const role = textFlag(flags, 'role') ?? 'viewer';
  if (!isRole(role))
    throw new CliProblem(`--role must be ${ROLES.join(', ')}, and is "${role}".`, EXIT.wrongUse);
  const name = textFlag(flags, 'name') ?? 'made on the command line';
  const expiresInDays = numberFlag(flags, 'expires-in-days', { from: 1, to: 3650 }) ?? null;
  const { tokenId, token } = await storeNewToken(context, connectionId, { name, role, expiresInDays });
  if (invocation.wantsJson) terminal.json({ tokenId, role, token: token.reveal() });
  else {
    terminal.say(`Token ${tokenId} (${role}). It is shown this once:`);
    terminal.say(token.reveal());
  }
  return EXIT.done;
}

async function list(
  { terminal, wantsJson }: Invocation,
  context: Context,
  connectionId: string,
): Promise<ExitCode> {
  const now = new Date(context.clock.nowMs()).toISOString();
  const tokens = await listTokens(context.database, connectionId, now);
  if (wantsJson) terminal.json({ tokens });
  else {
    const head = ['ID', 'Name', 'Role', 'Created', 'Last used', 'State'];
    const rows = tokens.map((token) => [
      token.tokenId,
      token.name,
      token.role,
      token.createdAt.slice(0, 10),
      token.lastUsedAt?.slice(0, 10) ?? 'never',
      token.revokedAt ? 'revoked' : token.isLive ? 'in use' : 'expired',
    ]);
    for (const line of table([head, ...rows])) terminal.say(line);
  }
  return EXIT.done;
}

async function revoke(
  { terminal }: Invocation,
  context: Context,
  connectionId: string,
  tokenId: string | undefined,
): Promise<ExitCode> {
  if (tokenId === undefined)
    throw new CliProblem(
      'Which one? npm run cli -- token revoke <id>; "token list" shows the ids.',
      EXIT.wrongUse,
    );
  const now = new Date(context.clock.nowMs()).toISOString();
  const revoked = await context.database.transaction(async (tx) => {
    const name = await revokeToken(tx, connectionId, tokenId, now);
    if (name === null) return false;
    await appendAudit(
      tx,
      connectionId,
      [tokenAudit(context.newId(), 'tokenRevoked', `token "${name}", ${tokenId}`)],
      now,
    );
    return true;
  });
  if (!revoked)
    throw new CliProblem(`No token ${tokenId} is in use. "token list" shows them.`, EXIT.wrongUse);
  terminal.say(`Token ${tokenId} no longer works.`);
  return EXIT.done;
}

function tokenAudit(auditId: string, action: 'tokenCreated' | 'tokenRevoked', why: string): AuditRow {
  return { auditId, actor: BY_CLI, action, ...ABOUT_NO_RECORD, why, runId: null };
}

function isRole(text: string): text is Role {
  return ROLES.some((role) => role === text);
}
