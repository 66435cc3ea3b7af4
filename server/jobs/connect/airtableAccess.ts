import type { AirtableClient } from '../../airtable/client.ts';
import type { CallFailure } from '../../callFailure.ts';
import { fine, problem, type Finding } from '../watch/finding.ts';

const ABOUT = 'Airtable token';

/** Where a token is made and changed. */
export const TOKENS_PAGE = 'https://airtable.com/create/tokens';

export const SCOPES = [
  'data.records:read',
  'data.records:write',
  'schema.bases:read',
  'schema.bases:write',
  'webhook:manage',
] as const;

/**
 * Whether the token, its scopes and its owner's role let the sync do its work in the base. Airtable does not tell
 * the scopes of every token: what it does not tell is found out by trying.
 */
export async function checkAirtableAccess(airtable: AirtableClient): Promise<Finding[]> {
  const options = { priority: 'person' } as const;
  const who = await airtable.whoami(options);
  if (!who.ok) return [refused(who.error)];
  const told = who.value.scopes;
  const missing = new Set<string>(told ? SCOPES.filter((scope) => !told.includes(scope)) : []);
  const findings: Finding[] = [];
  const tables = missing.has('schema.bases:read') ? null : await airtable.tables(options);
  if (tables && !tables.ok) {
    if (!isRefusal(tables.error)) return [problem(ABOUT, tables.error.message)];
    if (told) return [baseNotAdded()];
    missing.add('schema.bases:read');
  }
  const webhooks = missing.has('webhook:manage')
    ? null
    : await airtable.webhooks.list({ ...options, asksQuotaAgain: true });
  if (webhooks && !webhooks.ok && webhooks.error.kind === 'quotaExhausted') return [quotaUsedUp()];
  if (webhooks && !webhooks.ok && isRefusal(webhooks.error)) missing.add('webhook:manage');
  else if (webhooks && !webhooks.ok) findings.push(problem(ABOUT, webhooks.error.message));
  const [table] = tables?.ok ? tables.value : [];
  if (table && !missing.has('data.records:read')) {
    // One row in a formula that holds for none: the right is asked for, and nothing is read.
    const read = await airtable.recordsById(table.id, ['recXXXXXXXXXXXXXX'], [table.primaryFieldId], options);
    if (!read.ok && isRefusal(read.error)) missing.add('data.records:read');
    else if (!read.ok) findings.push(problem(ABOUT, read.error.message));
  }
  if (missing.size > 0) findings.push(missingScopes([...missing]));
  findings.push(...(await checkRole(airtable)));
  if (findings.length === 0) findings.push(fine(ABOUT, 'The token may do everything that the sync does.'));
  return findings;
}

async function checkRole(airtable: AirtableClient): Promise<Finding[]> {
  const access = await airtable.baseAccess({ priority: 'person' });
  if (!access.ok) return isRefusal(access.error) ? [] : [problem(ABOUT, access.error.message)];
  if (access.value === null) return [baseNotAdded()];
  const { name, permissionLevel } = access.value;
  if (permissionLevel === 'create') return [];
  return [
    problem(
      ABOUT,
      `The token's owner has the role "${permissionLevel}" in the base "${name}"; making tables, fields and webhooks needs Creator.`,
      `In Airtable, open "${name}", Share, and let an owner make that person a Creator; or use a token of somebody who is one.`,
    ),
  ];
}

function refused({ kind, status, call, message }: CallFailure): Finding {
  if (kind !== 'unauthorized') return problem(ABOUT, message);
  return problem(
    ABOUT,
    `Airtable does not accept the token (${status ?? ''} on ${call}): it was revoked, deleted or replaced.`,
    `Make a new token at ${TOKENS_PAGE}, then store it with \`npm run cli -- setup\`.`,
  );
}

/** Nothing can be found out about the token until then. */
function quotaUsedUp(): Finding {
  return problem(
    'Airtable calls',
    "The workspace's Airtable calls for this month are used up: changes wait and are written later; one call an hour tries again.",
    "Upgrade Airtable's plan (the sync goes on within the hour), or wait for the first of the month: nothing is lost.",
  );
}

function baseNotAdded(): Finding {
  return problem(
    ABOUT,
    'The token does not see this base.',
    `At ${TOKENS_PAGE}, open the token and add the base under "Access".`,
  );
}

function missingScopes(missing: readonly string[]): Finding {
  return problem(
    ABOUT,
    `The token lacks ${missing.length === 1 ? 'a scope' : 'scopes'}: ${missing.join(', ')}.`,
    `At ${TOKENS_PAGE}, open the token and add: ${missing.join(', ')}.`,
  );
}

function isRefusal(failure: CallFailure): boolean {
  return failure.kind === 'forbidden' || failure.kind === 'notFound';
}
