import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { connectionSettings } from '../../shared/settings.ts';
import { listNotifications, notificationSecret } from '../../server/db/notifications.ts';
import { listOpenNotices } from '../../server/db/notices.ts';
import type { Job } from '../../server/jobs/job.ts';
import { queueNotification, type Notification } from '../../server/jobs/notify/notify.ts';
import { deliverNotifications } from '../../server/jobs/notify/notifyDelivery.ts';
import { openNotificationSecret } from '../../server/jobs/notify/notifySecret.ts';
import { messageFindings } from '../../server/jobs/watch/messageFindings.ts';
import { silentLogger } from '../../server/log.ts';
import { createMailer, type Mailer } from '../../server/mailer.ts';
import { openKeyring, Secret } from '../../server/secrets.ts';
import { timeOrderedId } from '../../server/timeOrderedId.ts';
import { addConnection } from '../http/testApp.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';
import { testOutbound, type TestOutbound } from '../support/testOutbound.ts';

const MINUTE_MS = 60_000;
const keyring = openKeyring([{ id: 'test', base64: Buffer.alloc(32, 7).toString('base64') }]);

let fresh: FreshDatabase;
let out: TestOutbound;
let smtp: Smtp;
let receiver: Receiver;
let job: Job;

beforeAll(async () => {
  fresh = await freshDatabase();
  out = testOutbound(fresh.database);
  smtp = await startSmtp();
  receiver = await startReceiver();
});
afterAll(async () => {
  await out.close();
  smtp.mailer.close();
  await smtp.close();
  await receiver.close();
  await fresh.drop();
});
beforeEach(async () => {
  job = await jobOf({ emails: ['manager@example.com'], webhookUrl: receiver.url });
  smtp.mails.length = 0;
  receiver.posts.length = 0;
});
afterEach(() => {
  smtp.refuseWith = null;
  smtp.unknown = null;
  receiver.status = 200;
});

type Post = { headers: IncomingHttpHeaders; body: string };
type Receiver = { url: string; posts: Post[]; status: number; close(): Promise<void> };

async function startReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      started.posts.push({ headers: request.headers, body });
      response.writeHead(started.status).end('thanks');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const started: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    posts: [],
    status: 200,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return started;
}

type Smtp = {
  mails: string[];
  refuseWith: number | null;
  /** An address that it knows nothing of. */
  unknown: string | null;
  mailer: Mailer;
  close(): Promise<void>;
};

async function startSmtp(): Promise<Smtp> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: ({ address }, _session, done) =>
      done(address === started.unknown ? Object.assign(new Error('no'), { responseCode: 550 }) : null),
    onData: (stream, _session, done) => {
      let mail = '';
      stream.on('data', (chunk: Buffer) => (mail += chunk.toString()));
      stream.on('end', () => {
        if (started.refuseWith !== null)
          return done(Object.assign(new Error('no'), { responseCode: started.refuseWith }));
        started.mails.push(mail);
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.server.address() as AddressInfo;
  const smtpUrl = new Secret(`smtp://127.0.0.1:${port}`);
  const started: Smtp = {
    mails: [],
    refuseWith: null,
    unknown: null,
    mailer: await createMailer({ smtpUrl, from: 'Sync <sync@example.com>' }),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return started;
}

async function jobOf(notifications: object): Promise<Job> {
  const { connectionId } = await addConnection(fresh.database);
  const parts = {
    connectionId,
    settings: connectionSettings.parse({ notifications }),
    database: fresh.database,
    outbound: out.outbound,
    mailer: smtp.mailer,
    clock: out.clock,
    keyring,
    log: silentLogger(),
    newId: timeOrderedId(out.clock),
    randomBytes: (size: number) => Buffer.alloc(size, 3),
    owner: 'test',
    isStopping: () => false,
  };
  // Delivering needs neither side.
  return parts as unknown as Job;
}

const conflict: Notification = {
  kind: 'conflict',
  subject: 'Market Rent of unit 12 was changed on both sides',
  text: 'Settle it under Conflicts.',
  json: { conflictId: 'c1' },
};

const queue = (notification: Notification): Promise<string> =>
  queueNotification(
    fresh.database,
    job.connectionId,
    notification,
    new Date(out.clock.nowMs()).toISOString(),
  );

async function deliver(afterMs = 0): Promise<void> {
  out.clock.advance(afterMs);
  await deliverNotifications(job);
}

const states = async (): Promise<Record<string, string>> => {
  const [row] = await listNotifications(fresh.database, job.connectionId, 1);
  return Object.fromEntries((row?.deliveries ?? []).map(({ channel, state }) => [channel, state]));
};

async function openNotices(): Promise<string[]> {
  const notices = await listOpenNotices(fresh.database, job.connectionId, 10);
  return notices.map(({ message }) => message);
}

describe('a notification', () => {
  test('reaches the webhook at once, signed so that the receiver can tell it from a forgery', async () => {
    await queue(conflict);
    await deliver();
    const [post] = receiver.posts;
    const sealed = await notificationSecret(fresh.database, job.connectionId, '');
    const signed = createHmac('sha256', openNotificationSecret(job, sealed))
      .update(`${String(post?.headers['x-sync-timestamp'])}.${post?.body}`)
      .digest('hex');
    expect(post?.headers['x-sync-signature']).toBe(signed);
    expect(JSON.parse(post?.body ?? '')).toMatchObject({
      notifications: [{ kind: 'conflict', subject: conflict.subject, details: { conflictId: 'c1' } }],
    });
    expect(smtp.mails).toEqual([]);
  });

  test('is one mail with all the others of five minutes', async () => {
    await queue(conflict);
    out.clock.advance(2 * MINUTE_MS);
    await queue({ ...conflict, subject: 'Email of tenant 7 was changed on both sides' });
    await deliver(4 * MINUTE_MS);
    expect(smtp.mails).toHaveLength(1);
    expect(smtp.mails[0]).toContain('unit 12');
    expect(smtp.mails[0]).toContain('tenant 7');
    expect(smtp.mails[0]).toContain('To: manager@example.com');
    await deliver(60 * MINUTE_MS);
    expect(smtp.mails).toHaveLength(1);
    expect(await states()).toEqual({ email: 'delivered', webhook: 'delivered' });
  });

  test('is delivered once, whoever looks at the same time', async () => {
    await queue(conflict);
    await Promise.all([
      deliverNotifications(job),
      deliverNotifications({ ...job, owner: 'another process' }),
    ]);
    expect(receiver.posts).toHaveLength(1);
  });

  test('left twice at the same moment is one', async () => {
    expect(await queue(conflict)).toBe(await queue(conflict));
    await deliver();
    expect(receiver.posts).toHaveLength(1);
  });

  test('that a receiver could not take is sent again under the same id, later and later', async () => {
    receiver.status = 503;
    await queue(conflict);
    await deliver();
    await deliver(30_000);
    expect(receiver.posts).toHaveLength(1);
    receiver.status = 200;
    await queue({ ...conflict, subject: 'A later one' });
    await deliver(MINUTE_MS);
    const ids = receiver.posts.map(({ headers }) => headers['x-sync-delivery']);
    expect(ids).toHaveLength(3);
    expect(ids[0]).toBe(ids[1]);
    expect(receiver.posts[1]?.body).toBe(receiver.posts[0]?.body);
    expect(receiver.posts[2]?.body).toContain('A later one');
  });

  test('that never arrives is given up after a day, with a notice that says why and names the host alone', async () => {
    receiver.status = 500;
    await queue(conflict);
    for (let tries = 0; tries < 9; tries += 1) await deliver(12 * 60 * MINUTE_MS);
    expect(receiver.posts).toHaveLength(8);
    expect(await states()).toMatchObject({ webhook: 'givenUp' });
    const [notice] = await fresh.database.query<{ message: string }>(
      `select message from notices where connection_id = $1 and kind = 'notificationFailed'`,
      [job.connectionId],
    );
    expect(notice?.message).toContain('by the webhook do not arrive');
    expect(notice?.message).toContain(`POST ${new URL(receiver.url).host}:`);
  });

  test('that the mail server refuses for good is not sent again; one that it cannot take now is', async () => {
    smtp.refuseWith = 451;
    await queue(conflict);
    await deliver(5 * MINUTE_MS);
    expect(await states()).toMatchObject({ email: 'waiting' });
    smtp.refuseWith = 550;
    await deliver(MINUTE_MS);
    expect(await states()).toMatchObject({ email: 'givenUp' });
  });

  test('that does not go out is told, with the reason, from the third try on until it has arrived', async () => {
    smtp.refuseWith = 451;
    await queue(conflict);
    for (const afterMs of [5, 1]) await deliver(afterMs * MINUTE_MS);
    expect(await messageFindings(job)).toEqual([]);
    await deliver(5 * MINUTE_MS);
    expect(await messageFindings(job)).toMatchObject([
      {
        level: 'problem',
        message: expect.stringMatching(/^One message by e-mail could not be delivered since .*\(451\)/),
      },
    ]);
    smtp.refuseWith = null;
    await deliver(15 * MINUTE_MS);
    expect(await messageFindings(job)).toEqual([]);
    expect(smtp.mails).toHaveLength(1);
  });

  test('that the mail server takes for some addresses only names the others; the next that reaches all ends it', async () => {
    job = await jobOf({ emails: ['manager@example.com', 'gone@example.com'], webhookUrl: null });
    smtp.unknown = 'gone@example.com';
    await queue(conflict);
    await deliver(5 * MINUTE_MS);
    expect(await states()).toMatchObject({ email: 'delivered' });
    expect(await openNotices()).toEqual([
      expect.stringMatching(/not reach everybody.*1 of 2 addresses: gone@example\.com \(550\)/),
    ]);
    await deliver(60 * MINUTE_MS);
    expect(smtp.mails).toHaveLength(1);
    smtp.unknown = null;
    await queue(conflict);
    await deliver(5 * MINUTE_MS);
    expect(await openNotices()).toEqual([]);
  });

  test('that was given up is told until another one arrives by the same way', async () => {
    smtp.refuseWith = 550;
    await queue(conflict);
    await deliver(5 * MINUTE_MS);
    expect(await openNotices()).toEqual([expect.stringContaining('by e-mail do not arrive')]);
    smtp.refuseWith = null;
    await queue(conflict);
    await deliver();
    expect(await openNotices()).toHaveLength(1);
    await deliver(5 * MINUTE_MS);
    expect(await openNotices()).toEqual([]);
  });

  test('goes nowhere where nobody asked for it', async () => {
    job = await jobOf({ emails: ['a@example.com'], emailKinds: ['alert'], webhookUrl: null });
    await queue(conflict);
    await deliver(10 * MINUTE_MS);
    expect(await states()).toEqual({ email: 'notWanted', webhook: 'notWanted' });
    expect([smtp.mails, receiver.posts]).toEqual([[], []]);
  });

  test('whose subject holds a line end makes no header of its own', async () => {
    await queue({ ...conflict, subject: 'Rent\r\nBcc: everybody@example.com' });
    await deliver(5 * MINUTE_MS);
    expect(smtp.mails[0]).not.toMatch(/^Bcc:/m);
  });
});

test.each([
  ['http://example.com/hook', false],
  ['https://user:secret@example.com/hook', false],
  ['ftp://example.com', false],
  ['https://hooks.example.com/x', true],
  ['http://127.0.0.1:9000/x', true],
])('the address %s may be set: %s', (webhookUrl, allowed) => {
  expect(connectionSettings.safeParse({ notifications: { webhookUrl } }).success).toBe(allowed);
});
