import { createHash, randomBytes, randomInt } from 'node:crypto';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { SignInSession } from '../../../shared/signIn.ts';
import type { AirtableTable } from '../../airtable/client.ts';
import type { CallFailure } from '../../callFailure.ts';
import type { Role } from '../../db/apiTokens.ts';
import {
  beginReading,
  forgetOldSignIns,
  insertPairingCode,
  saveSignInTable,
  signInRow,
  signInTable,
  takePairingCode,
  takeSignInRow,
  waitForRows,
  type SignInRow,
} from '../../db/signIns.ts';
import { savePerson } from '../../db/signInSessions.ts';
import { equalInConstantTime, hashToken } from '../../secrets.ts';
import { laterBy, nowOf, type Job } from '../job.ts';
import { openSession } from './signInSession.ts';
import { FIRST_PAGE } from '../payloadPages.ts';
import { hasCallToday, isReadOn, newestPayload, readSignInRows } from './signInRows.ts';

export const SIGN_IN_TABLE = 'Sync Sign-ins';
const FIELD_NAME = 'Proof';

const TABLE_DESCRIPTION =
  'Made by the Buildium sync. The extension writes a row here when you sign in; the server learns from Airtable who wrote it, and removes it. Nothing in it is secret, and changing a row only makes that sign-in fail.';

/** A row serves this long after it was made, and so does a code. */
const SERVES_MS = 10 * 60_000;

/** Airtable reports a row within about a second. */
const ASK_AGAIN_MS = 1_500;

/** No call was left: the next ones come when the minute is over. */
const ASK_LATER_MS = 6_000;

/** Without letters and digits that are taken for one another. */
const CODE_LETTERS = '23456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE_LENGTH = 12;

export type SignInRefusal = {
  kind:
    | 'notPrepared'
    | 'noWebhook'
    | 'tooMany'
    | 'voidRow'
    | 'expired'
    | 'wrongProof'
    | 'oldExtension'
    | 'roleTooLow'
    | 'wrongCode';
  message: string;
  /** When trying again may help. */
  retryAfterSeconds?: number;
};

const DAY_SECONDS = 86_400;

const USE_CODE =
  'Ask whoever runs the server for a pairing code (npm run cli -- code) and sign in with that.';

/** Whoever knows the address can begin sign-ins: what they may cost of the plan's calls ends each day. */
const tooMany = (job: Job): Result<never, SignInRefusal> =>
  err({
    kind: 'tooMany',
    retryAfterSeconds: DAY_SECONDS - (Math.floor(job.clock.nowMs() / 1000) % DAY_SECONDS),
    message: `So many sign-ins were tried today that Airtable is not asked about any more before midnight (UTC); whoever is signed in stays so. ${USE_CODE}`,
  });

const noWebhook = (): Result<never, SignInRefusal> =>
  err({
    kind: 'noWebhook',
    message: `Airtable does not report changes of this base to the server, so it cannot learn who you are. ${USE_CODE}`,
  });

const tookLong = (): Result<never, SignInRefusal> =>
  err({ kind: 'expired', message: 'This sign-in took longer than ten minutes. Sign in again.' });

/** Makes the table that people sign in by, or takes the one that is there. Part of set-up and repair. */
export async function ensureSignInTable(job: Job): Promise<Result<{ created: boolean }, CallFailure>> {
  const read = await job.airtable.tables({ priority: 'person' });
  if (!read.ok) return read;
  const known = await signInTable(job.database, job.connectionId);
  const found =
    read.value.find(({ id }) => id === known?.tableId) ??
    read.value.find(({ name }) => name.trim().toLowerCase() === SIGN_IN_TABLE.toLowerCase());
  const field = { name: FIELD_NAME, type: 'singleLineText' } as const;
  let table: AirtableTable | undefined = found;
  if (!table) {
    const made = await job.airtable.createTable(
      { name: SIGN_IN_TABLE, description: TABLE_DESCRIPTION, fields: [field] },
      { priority: 'person' },
    );
    if (!made.ok) return made;
    table = made.value;
  }
  const text = table.fields.filter(({ type }) => type === 'singleLineText');
  let fieldId = (text.find(({ id }) => id === known?.fieldId) ?? text.find(({ name }) => name === FIELD_NAME))
    ?.id;
  if (fieldId === undefined) {
    const added = await job.airtable.createField(table.id, field, { priority: 'person' });
    if (!added.ok) return added;
    fieldId = added.value.id;
  }
  await saveSignInTable(job.database, { connectionId: job.connectionId, tableId: table.id, fieldId });
  return ok({ created: !found });
}

export type SignInStart = { tableId: string; fieldId: string; challenge: string };

/** Says where to write the proof and what must be in it, and listens from now on. */
export async function startSignIn(job: Job): Promise<Result<SignInStart, SignInRefusal>> {
  const table = await signInTable(job.database, job.connectionId);
  if (!table) {
    const message = `The base has no table "${SIGN_IN_TABLE}" yet. Run "npm run cli -- repair" where the server runs, or: ${USE_CODE}`;
    return err({ kind: 'notPrepared', message });
  }
  const now = nowOf(job);
  await forgetOldSignIns(job.database, job.connectionId, now);
  if (!(await hasCallToday(job))) return tooMany(job);
  const isWaited = table.waitedForUntil !== null && table.waitedForUntil > now;
  const goesOn = isWaited && table.challenge !== null && (await isReadOn(job, table));
  const from = goesOn ? null : await newestPayload(job);
  if (!goesOn && from === null) return noWebhook();
  const challenge = await job.database.transaction(async (tx) => {
    const begin = from && { ...from, pageSize: FIRST_PAGE, challenge: newChallenge() };
    if (begin) await beginReading(tx, job.connectionId, begin, now);
    return waitForRows(tx, job.connectionId, laterBy(job, SERVES_MS));
  });
  return challenge === null ? noWebhook() : ok({ tableId: table.tableId, fieldId: table.fieldId, challenge });
}

/** A row that has it was written after reading began: who wrote it first is known. */
const newChallenge = (): string => randomBytes(16).toString('base64url');

export type SignInProof = { recordId: string; verifier: string; publicUrl: string };

export type SignInAnswer =
  | { state: 'waiting'; retryAfterMs: number }
  | { state: 'signedIn'; session: SignInSession };

/** Lets the holder of the verifier in as the person who, by Airtable's word, made the row. */
export async function completeSignIn(
  job: Job,
  proof: SignInProof,
): Promise<Result<SignInAnswer, SignInRefusal>> {
  const table = await signInTable(job.database, job.connectionId);
  // Nobody has begun a sign-in that could still end: Airtable is not asked for strangers.
  if (!table || table.waitedForUntil === null || table.waitedForUntil <= nowOf(job)) return tookLong();
  // Even a row that is known is read on: it may have been changed since.
  const hasRead = await readSignInRows(job, table);
  const row = await signInRow(job.database, job.connectionId, proof.recordId);
  if (!row && !hasRead && !(await hasCallToday(job))) return tooMany(job);
  if (!row) return ok({ state: 'waiting', retryAfterMs: hasRead ? ASK_AGAIN_MS : ASK_LATER_MS });
  const checked = checkRow(job, row, proof);
  if (!checked.ok) return checked;
  const { userId, levelRole } = checked.value;
  const session = await job.database.transaction(async (tx) => {
    if (!(await takeSignInRow(tx, job.connectionId, row.recordId, nowOf(job)))) return null;
    const person = { userId, email: row.email, levelRole, lastSignedInAt: nowOf(job) };
    const role = await savePerson(tx, job.connectionId, person);
    const wish = { connectionId: job.connectionId, userId, name: row.email ?? userId, role };
    const why = `Signed in from Airtable with the permission level ${row.permissionLevel ?? ''}, as ${role}`;
    return openSession(tx, job, { ...wish, why });
  });
  if (!session)
    return err({ kind: 'voidRow', message: 'This sign-in has been used already. Sign in again.' });
  await removeRow(job, table.tableId, row.recordId);
  return ok({ state: 'signedIn', session });
}

function checkRow(
  job: Job,
  { challenge, ...row }: SignInRow & { challenge: string | null },
  { verifier, publicUrl }: SignInProof,
): Result<{ userId: string; levelRole: 'operator' | 'admin' }, SignInRefusal> {
  // Before all else: who has not the verifier learns nothing about the row.
  if (equalInConstantTime(oldProofOf(verifier, publicUrl), row.digest)) {
    const message = `The extension in this base is older than the server. Reload the page; if that does not help, the extension must be released anew in the server's version. ${USE_CODE}`;
    return err({ kind: 'oldExtension', message });
  }
  if (challenge === null || !equalInConstantTime(proofOf({ verifier, publicUrl, challenge }), row.digest)) {
    const message = `The row in "${SIGN_IN_TABLE}" was not made for this sign-in at this server. Check that the address is ${new URL(publicUrl).origin} and sign in again.`;
    return err({ kind: 'wrongProof', message });
  }
  if (row.void !== null || row.usedAt !== null) {
    const message = `This sign-in is not valid: ${row.void ?? 'it has been used already'}. Sign in again.`;
    return err({ kind: 'voidRow', message });
  }
  if (row.madeAt < laterBy(job, -SERVES_MS)) return tookLong();
  const levelRole = ROLE_OF_LEVEL[row.permissionLevel ?? ''];
  if (levelRole === undefined || row.userId === null) {
    const message = `Airtable says that your permission level in this base is "${row.permissionLevel ?? 'unknown'}", which does not suffice. ${USE_CODE}`;
    return err({ kind: 'roleTooLow', message });
  }
  return ok({ userId: row.userId, levelRole });
}

const ROLE_OF_LEVEL: Readonly<Record<string, 'operator' | 'admin'>> = {
  edit: 'operator',
  create: 'admin',
  owner: 'admin',
};

/**
 * What must stand in the row. The server's origin is part of it: a proof for one server opens no other. So is the
 * challenge: a row that was written before proves nothing.
 */
function proofOf(parts: { verifier: string; publicUrl: string; challenge: string }): string {
  return sha256([parts.verifier, new URL(parts.publicUrl).origin, parts.challenge].join('\n'));
}

/** What extensions wrote before there was a challenge. */
const oldProofOf = (verifier: string, publicUrl: string): string =>
  sha256(verifier + new URL(publicUrl).origin);

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url');

async function removeRow(job: Job, tableId: string, recordId: string): Promise<void> {
  const removed = await job.airtable.deleteRecords(tableId, [recordId], { priority: 'person' });
  if (!removed.ok)
    job.log.warn({ recordId }, `A used sign-in row stays in the base: ${removed.error.message}`);
}

/** A code for one sign-in, to be told to a person. */
export async function createPairingCode(
  job: Pick<Job, 'connectionId' | 'database' | 'clock'>,
  { role, name }: { role: Role; name: string },
): Promise<{ code: string; expiresAt: string }> {
  const letters = Array.from({ length: CODE_LENGTH }, () => CODE_LETTERS[randomInt(CODE_LETTERS.length)]);
  const code = letters.join('').replace(/(.{4})(?=.)/g, '$1-');
  const expiresAt = laterBy(job, SERVES_MS);
  const codeHash = hashToken(plain(code));
  await insertPairingCode(job.database, { connectionId: job.connectionId, codeHash, role, name, expiresAt });
  return { code, expiresAt };
}

export async function redeemPairingCode(
  job: Pick<Job, 'connectionId' | 'database' | 'clock' | 'newId'>,
  code: string,
): Promise<Result<SignInSession, SignInRefusal>> {
  const { connectionId } = job;
  const session = await job.database.transaction(async (tx) => {
    const taken = await takePairingCode(tx, connectionId, hashToken(plain(code)), nowOf(job));
    if (!taken) return null;
    const why = `Signed in with a pairing code, as ${taken.role}`;
    return openSession(tx, job, { connectionId, userId: null, ...taken, why });
  });
  if (session) return ok(session);
  const message =
    'This code is not valid for this base. A code serves once, within ten minutes: ask for a new one.';
  return err({ kind: 'wrongCode', message });
}

/** People type codes as they please. */
function plain(code: string): string {
  return code.toUpperCase().replace(/[^0-9A-Z]/g, '');
}
