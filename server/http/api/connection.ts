import type { ConnectionPatch, ConnectionView } from '../../../shared/apiSchemas.ts';
import { roleIncludes } from '../../../shared/endpoint.ts';
import { withPolicies } from '../../../shared/policies.ts';
import { connectionSettings, withoutPath, type ConnectionSettings } from '../../../shared/settings.ts';
import { appendAudit, type AuditRow } from '../../db/audit.ts';
import { updateConnection, type ConnectionRow } from '../../db/connections.ts';
import { dueWork } from '../../db/dueMarks.ts';
import { takeUpSettings } from '../../jobs/settingsTakenUp.ts';
import type { AppParts } from '../appParts.ts';
import { HttpProblem } from '../problem.ts';
import { actorOf, type Session } from '../session.ts';
import type { HandlersOf } from './call.ts';
import { connectionOf, invalid, refuseUnknownPolicies, refuseUnknownResources } from './refusals.ts';

export const connectionHandlers: HandlersOf<'readConnection' | 'changeConnection'> = (parts) => ({
  readConnection: async ({ session }) =>
    viewOf(parts, await connectionOf(parts.database, session.connectionId), session),

  changeConnection: async ({ session, body }) => {
    refuseWrongValues(body);
    const row = await connectionOf(parts.database, session.connectionId);
    if (body.state !== undefined && row.state === 'pairing') {
      throw new HttpProblem(
        409,
        'notPaired',
        'The first pairing is not approved yet, so there is nothing to pause or resume. Finish it with `npm run cli -- pair`.',
      );
    }
    await change(parts, session, row, body);
    return viewOf(parts, await connectionOf(parts.database, session.connectionId), session);
  },
});

function refuseWrongValues({ timeZone, settings }: ConnectionPatch): void {
  refuseUnknownResources(Object.keys(settings?.resources ?? {}), 'body.settings.resources');
  refuseUnknownPolicies(settings?.policies ?? {}, 'body.settings.policies');
  if (timeZone === undefined) return;
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch {
    throw invalid('body.timeZone', `${timeZone} is no time zone; an IANA name such as America/New_York is`);
  }
}

async function change(
  { database, queues, clock, newId }: AppParts,
  session: Session,
  row: ConnectionRow,
  { settings, ...patch }: ConnectionPatch,
): Promise<void> {
  const before = connectionSettings.parse(row.settings);
  const after = settings ? mergeSettings(before, settings) : before;
  const changes = differences(
    { name: row.name, state: row.state, timeZone: row.timeZone, ...before },
    { name: row.name, state: row.state, timeZone: row.timeZone, ...defined(patch), ...after },
  );
  if (changes['notifications']) changes['notifications'] = notificationChange(before, after);
  if (Object.keys(changes).length === 0) return;
  const now = new Date(clock.nowMs()).toISOString();
  const entry: AuditRow = {
    auditId: newId(),
    actor: actorOf(session),
    action: 'settingsChanged',
    resource: null,
    entityId: null,
    airtableRecordId: null,
    changes,
    changesSealed: null,
    why: `Changed through the API: ${Object.keys(changes).join(', ')}`,
    runId: null,
  };
  await database.transaction(async (tx) => {
    await updateConnection(tx, row.connectionId, { ...defined(patch), settings: after });
    await appendAudit(tx, row.connectionId, [entry], now);
    await takeUpSettings(tx, queues, { connectionId: row.connectionId, now }, before, after);
    // What waited while the sync was paused goes on at once.
    const due = patch.state === 'running' ? await dueWork(tx, now) : [];
    for (const { connectionId, resource } of due)
      if (connectionId === row.connectionId) await queues.wake(tx, connectionId, resource);
  });
}

function mergeSettings(
  before: ConnectionSettings,
  patch: NonNullable<ConnectionPatch['settings']>,
): ConnectionSettings {
  const resources: Record<string, unknown> = { ...before.resources };
  for (const [name, choice] of Object.entries(patch.resources ?? {}))
    resources[name] = { ...before.resources[name], ...defined(choice) };
  const policies = withPolicies(before.policies, patch.policies ?? {});
  const notifications = { ...before.notifications, ...defined(patch.notifications ?? {}) };
  return connectionSettings.parse({ ...before, ...defined(patch), resources, policies, notifications });
}

function defined<T extends object>(values: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]?: Exclude<T[Key], undefined>;
  };
}

function differences(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): Record<string, { before: unknown; after: unknown }> {
  return Object.fromEntries(
    Object.keys(after)
      .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
      .map((key) => [key, { before: before[key], after: after[key] }]),
  );
}

/** Every role reads the audit, and nothing in it can be taken back: the path of the webhook's address stays out. */
function notificationChange(
  { notifications: before }: ConnectionSettings,
  { notifications: after }: ConnectionSettings,
): { before: unknown; after: unknown } {
  const [was, is] = [withoutPath(before.webhookUrl), withoutPath(after.webhookUrl)];
  const isOther = was === is && before.webhookUrl !== after.webhookUrl;
  return {
    before: { ...before, webhookUrl: was },
    after: { ...after, webhookUrl: isOther ? `${is} (another address there)` : is },
  };
}

function viewOf({ config }: AppParts, row: ConnectionRow, session: Session): ConnectionView {
  const isAdmin = roleIncludes(session.role, 'admin');
  const settings = connectionSettings.parse(row.settings);
  const { notifications } = settings;
  return {
    connectionId: row.connectionId,
    name: row.name,
    state: row.state,
    timeZone: row.timeZone,
    buildium: {
      url: row.buildiumUrl,
      accountId: row.buildiumAccountId,
      webhookUrl: isAdmin ? `${config.publicUrl}/webhooks/buildium/${row.webhookPath}` : null,
    },
    airtable: { url: row.airtableUrl, baseId: row.airtableBaseId },
    settings: isAdmin
      ? settings
      : {
          ...settings,
          notifications: { ...notifications, webhookUrl: withoutPath(notifications.webhookUrl) },
        },
    createdAt: row.createdAt,
  };
}
