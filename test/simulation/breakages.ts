import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SERVER, type Patch } from './patchEngine.ts';
import { WATCHED } from './plannerWatch.ts';

/**
 * The engine with one of its precautions taken out. Each must be found by the simulation: what is never missed proves
 * nothing.
 */
export const BREAKAGES: Readonly<Record<string, readonly Patch[]>> = {
  'synced advances before the write': [
    {
      file: 'jobs/settlement.ts',
      from: "return wrote ? write?.kind === 'written' : plan.row.kind !== 'waitForUndo';",
      to: "return wrote || plan.row.kind !== 'waitForUndo';",
    },
    {
      file: 'jobs/linkAfter.ts',
      from: "  if (write?.kind === 'written') {\n    for (const key of Object.keys(written)) {",
      to: '  {\n    for (const key of Object.keys(written)) {',
    },
  ],
  'fields are remembered that were not written': [
    {
      file: 'jobs/linkAfter.ts',
      from: '  // Without a row nothing is agreed;',
      to: "  for (const [key, value] of Object.entries(member.decoded.entity)) agreed[key] ??= { buildium: value, airtable: row.view.kind === 'present' ? (row.view.entity[key] ?? null) : value };\n  // Without a row nothing is agreed;",
    },
  ],
  'our own values are not known again': [
    {
      file: 'jobs/decide.ts',
      from: 'showsSent: (side, field, value) =>\n',
      to: 'showsSent: (side, field, value) => false &&\n',
    },
  ],
  'a newer dirty mark is cleared': [
    {
      file: 'db/claims.ts',
      from: 'and generation = any($4::bigint[]) and claim_fence = any($5::bigint[])`',
      to: 'and (generation = any($4::bigint[]) or true) and claim_fence = any($5::bigint[])`',
    },
  ],
  'what is sent is forgotten at once': [
    {
      file: 'db/sent.ts',
      from: 'if (rows.length === 0) return;\n  await db.execute(\n    `insert into sent',
      to: 'if (rows.length >= 0) return;\n  await db.execute(\n    `insert into sent',
    },
  ],
  'a policy keeps no loser': [
    {
      file: 'jobs/conflicts/conflictRecords.ts',
      from: '  if (found.length === 0) return;\n  await job.database.transaction',
      to: '  if (found.length >= 0) return;\n  await job.database.transaction',
    },
  ],
  'an edit under our own write is not looked for': [
    {
      file: 'jobs/heardEdits.ts',
      from: 'if (ours.length === 0 || isKnown) return [];',
      to: 'return [];',
    },
  ],
  'the order of reads is trusted': [
    {
      file: 'db/claims.ts',
      from: 'and l.entity_id = seen.entity_id and l.looked_generation > $7)',
      to: 'and l.entity_id = seen.entity_id and l.looked_generation > $7 and false)',
    },
    {
      file: 'db/claims.ts',
      from: 'on conflict on constraint marks_pkey do nothing\n     returning ${CLAIM_COLUMNS}',
      to: 'on conflict on constraint marks_pkey do update set claim_owner = $3, claim_until = $5, claim_fence = excluded.claim_fence\n     returning ${CLAIM_COLUMNS}',
    },
  ],
  'the cursor advances without its marks': [
    {
      file: 'jobs/hearAirtable.ts',
      from: 'await markDirty(tx, job.connectionId, marks, nowOf(job));',
      to: '',
    },
  ],
  'a resolution is taken whatever the sides show': [
    {
      file: 'jobs/carryOver.ts',
      from: 'if (shown.airtable !== conflict.airtableDigest && shown.airtable !== digest) return null;',
      to: "if (conflict.decision === 'buildium') return { value: buildium };",
    },
  ],
  'what nobody could carry out is called settled': [
    {
      file: 'jobs/conflicts/conflictPlace.ts',
      from: 'const problem = table?.problem ?? table?.quarantined[fieldKey] ?? null;',
      to: 'const problem = null;\n  if (table) return null;',
    },
    {
      file: 'jobs/conflicts/endsOfLook.ts',
      from: 'else if (fieldKey in (table?.quarantined ?? {})) continue;',
      to: "else if (fieldKey in (table?.quarantined ?? {})) void (state === 'resolving' ? ends.resolved.push(conflictId) : close('leftOut'));",
    },
  ],
  'a claim that was passed on still writes': [
    {
      file: 'db/claims.ts',
      from: 'for update`,\n    [connectionId, resource, claims.map((claim) => claim.entityId), claims.map((claim) => claim.fence)],\n  );\n  return new Set(rows.map((row) => row.entityId));',
      to: 'for update`,\n    [connectionId, resource, claims.map((claim) => claim.entityId), claims.map((claim) => claim.fence)],\n  );\n  return new Set(claims.map((claim) => claim.entityId));',
    },
  ],
  'no intent: what is unclear is sent again at once': [
    {
      file: 'jobs/push/pushSend.ts',
      from: "      'unknown',\n      `It is not known whether this was booked",
      to: "      'waiting',\n      `It is not known whether this was booked",
    },
    {
      file: 'jobs/push/pushResolve.ts',
      from: "      'unknown',\n      'The server stopped",
      to: "      'waiting',\n      'The server stopped",
    },
  ],
  'no marker look-up': [
    {
      file: 'sync/intentSteps.ts',
      from: "return shown.marker === marker && shown.kind !== 'paymentReversal';",
      to: 'return false && shown.marker === marker;',
    },
  ],
  'a row may have two intents': [
    {
      file: 'jobs/push/pushConfirm.ts',
      from: 'const intents = await intentsOfRows(job.database, job.connectionId, [...hashOf.keys()]);',
      to: 'const intents: IntentRow[] = [];',
    },
    {
      file: 'db/intents.ts',
      from: `r."ordinal", r."amountCents", true\n`,
      to: `r."ordinal", r."amountCents", false\n`,
    },
    {
      file: 'db/intents.ts',
      from: 'p.preview_hash = $5 and',
      to: 'false and p.preview_hash = $5 and',
    },
  ],
  'a late write of ours is taken for an echo': [
    {
      file: 'jobs/ownEcho.ts',
      from: 'if (remembered && saysOldStatus(table, current, sent, remembered)) return false;',
      to: '',
    },
    {
      file: 'jobs/ownEcho.ts',
      from: 'const newest = sent.findLast((one) => one.digests[field.key] !== undefined);',
      to: 'const newest = sent.findLast((one) => value.ok && one.digests[field.key] === digestOf(job, field.key, value.value));',
    },
    {
      file: 'jobs/ownEcho.ts',
      from: 'return sameValue(agreed.airtable, value.value);',
      to: 'return true;',
    },
  ],
  'a late write of ours is taken for an edit': [
    {
      file: 'jobs/syncTable.ts',
      from: 'late.size > 0 ?',
      to: 'late.size < 0 ?',
    },
  ],
  'a paused row is left alone once': [
    {
      file: 'sync/plan.ts',
      from: "if (airtable.kind === 'present' && airtable.isPaused) return planPaused(input, PAUSED);",
      to: "if (airtable.kind === 'present' && airtable.isPaused && !(link && saysOwnPause(link))) return planPaused(input, PAUSED);",
    },
  ],
  'a detached row is looked at like any other': [
    {
      file: 'sync/plan.ts',
      from: "if (link?.standing === 'detached') return",
      to: "if (link?.standing === 'detached' && airtable.kind !== 'present') return",
    },
  ],
  'an undo brings nothing back': [
    {
      file: 'jobs/audit/undoRun.ts',
      from: '...{ decidedValue: isHidden ? null : then, decidedSealed: seal({ value: then }) },',
      to: '...{ decidedValue: isHidden ? null : now.buildium, decidedSealed: seal({ value: now.buildium }) },',
    },
  ],
};

/** Breakages that no longer fit the engine's source, and the watch where it does not. */
export function unfitting(): string[] {
  return Object.entries({ ...BREAKAGES, 'the watch on the planner': WATCHED }).flatMap(([name, patches]) =>
    patches
      .filter(({ file, from }) => readFileSync(join(SERVER, file), 'utf8').split(from).length !== 2)
      .map(({ file }) => `${name}: ${file}`),
  );
}
