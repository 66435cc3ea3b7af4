import { afterEach, expect, test } from '@jest/globals';
import { createServer, type AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { createMailer, type MailFailure } from '../../server/mailer.ts';
import { Secret } from '../../server/secrets.ts';

/** What a mail server that takes nothing is said to have done, and what to do about it. */
let close: (() => void) | null = null;
afterEach(() => close?.());

const PASSWORD = 'pass-Word-1';

async function failureAt(smtpUrl: string): Promise<MailFailure> {
  const mailer = await createMailer({ smtpUrl: new Secret(smtpUrl), from: 'Sync <sync@example.com>' });
  const sent = await mailer.send({ to: ['a@example.com'], subject: 's', text: 't', messageId: 'm1' });
  mailer.close();
  if (sent.ok) throw new Error('It was sent');
  expect(sent.error.message).not.toContain(PASSWORD);
  return sent.error;
}

async function started(options: SMTPServerOptions): Promise<number> {
  const server = new SMTPServer({ authOptional: true, disabledCommands: ['STARTTLS'], ...options });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  close = () => server.close();
  return (server.server.address() as AddressInfo).port;
}

const answering = (responseCode: number): Error => Object.assign(new Error(PASSWORD), { responseCode });

test('nobody listens there', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  expect(await failureAt(`smtp://user:${PASSWORD}@127.0.0.1:${port}`)).toEqual({
    kind: 'unavailable',
    message: `The mail server 127.0.0.1:${port} took no connection. Check that it runs, and host and port in SMTP_URL. It is tried again.`,
  });
});

test.each([
  [535, /refused the user name or password of SMTP_URL\. Correct it and restart/],
  [454, /takes no mail now \(454\)\. It is tried again/],
])('it answers a sign-in with %i', async (code, said) => {
  const port = await started({
    allowInsecureAuth: true,
    onAuth: (_auth, _session, done) => done(answering(code)),
  });
  expect(await failureAt(`smtp://user:${PASSWORD}@127.0.0.1:${port}?requireTLS=false`)).toEqual({
    kind: 'unavailable',
    message: expect.stringMatching(said),
  });
});

test.each([
  [421, 'unavailable', /takes no mail now \(421\)\. It is tried again/],
  [553, 'unavailable', /takes no mail from this server \(553\)\. Correct SMTP_URL .* or MAIL_FROM/],
])('it answers the sender with %i', async (code, kind, said) => {
  const port = await started({ onMailFrom: (_address, _session, done) => done(answering(code)) });
  expect(await failureAt(`smtp://127.0.0.1:${port}`)).toEqual({
    ...{ kind, message: expect.stringMatching(said) },
  });
});

test('it knows none of the addresses', async () => {
  const port = await started({ onRcptTo: (_address, _session, done) => done(answering(550)) });
  expect(await failureAt(`smtp://127.0.0.1:${port}`)).toEqual({
    kind: 'refused',
    message: expect.stringMatching(/refused the mail \(550\)\. Check the addresses/),
  });
});

test.each([
  'smtps://127.0.0.1:PORT',
  'smtp://127.0.0.1:PORT?requireTLS=true',
  `smtp://user:${PASSWORD}@127.0.0.1:PORT`,
])('it offers no encryption, and %s asks for it: no password goes there', async (smtpUrl) => {
  const heard: unknown[] = [];
  const port = await started({
    allowInsecureAuth: true,
    onAuth: (auth, _session, done) => {
      heard.push(auth.password);
      done(null, { user: 'user' });
    },
  });
  expect(await failureAt(smtpUrl.replace('PORT', String(port)))).toEqual({
    kind: 'unavailable',
    message: expect.stringMatching(/made no encrypted connection as SMTP_URL asks for one/),
  });
  expect(heard).toEqual([]);
});
