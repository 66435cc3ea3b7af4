import { err, ok, type Result } from '../shared/result.ts';
import type { Secret } from './secrets.ts';

export type Mail = {
  to: readonly string[];
  subject: string;
  text: string;
  /** The same for every try of one mail, so that a mailbox knows a doubled one. */
  messageId: string;
};

/** `refused`: this mail, for good. `unavailable`: any mail, until the server or our settings for it are mended. */
export type MailFailure = { kind: 'refused' | 'unavailable'; message: string };

/** Addresses that the server has not taken it for, each with the code of its answer, though it took it for others. */
export type Sent = { refusedFor: readonly string[] };

export type Mailer = {
  send(mail: Mail): Promise<Result<Sent, MailFailure>>;
  close(): void;
};

const ANSWER_WITHIN_MS = 20_000;

/** Sends plain-text mail through the SMTP server of the configuration; without one, the library is not loaded. */
export async function createMailer({ smtpUrl, from }: { smtpUrl: Secret; from: string }): Promise<Mailer> {
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    url: smtpUrl.reveal(),
    requireTLS: isEncryptedOnly(smtpUrl),
    connectionTimeout: ANSWER_WITHIN_MS,
    greetingTimeout: ANSWER_WITHIN_MS,
    socketTimeout: ANSWER_WITHIN_MS,
    // Nothing that a message holds may make us read a file or call an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    send: async ({ to, subject, text, messageId }) => {
      try {
        const domain = from.split('@').at(-1)?.replace(/>$/, '') ?? 'localhost';
        const { rejected, rejectedErrors } = await transport.sendMail({
          from,
          to: [...to],
          subject,
          text,
          messageId: `<${messageId}@${domain}>`,
          headers: { 'Auto-Submitted': 'auto-generated' },
        });
        return ok({ refusedFor: rejected.map((to, at) => withCode(to, rejectedErrors?.[at])) });
      } catch (error) {
        return err(failureOf(error, smtpUrl));
      }
    },
    close: () => transport.close(),
  };
}

/** A password goes out encrypted or not at all, unless SMTP_URL says otherwise, as for a relay on the same machine. */
function isEncryptedOnly(smtpUrl: Secret): boolean {
  const { username, searchParams } = new URL(smtpUrl.reveal());
  const said = searchParams.get('requireTLS');
  return said === null ? username !== '' : said === 'true';
}

function withCode(
  to: string | { address: string },
  error: { responseCode?: number | undefined } | undefined,
): string {
  const address = typeof to === 'string' ? to : to.address;
  return error?.responseCode === undefined ? address : `${address} (${error.responseCode})`;
}

/** What nodemailer says of a failure, as far as it is used here. */
type SmtpError = {
  responseCode?: number;
  code?: string;
  command?: string;
  syscall?: string;
  message?: string;
};

/** The server's own words can repeat what it was sent; only its code is kept. */
function failureOf(error: unknown, smtpUrl: Secret): MailFailure {
  const failure = error as SmtpError;
  const server = `The mail server ${new URL(smtpUrl.reveal()).host}`;
  const { responseCode } = failure;
  if (responseCode === undefined || failure.code === 'ETLS')
    return { kind: 'unavailable', message: `${server} ${whyNoAnswer(failure)} It is tried again.` };
  // 4xx asks to come again later; 5xx is final (RFC 5321, 4.2.1).
  if (responseCode < 500)
    return {
      kind: 'unavailable',
      message: `${server} takes no mail now (${responseCode}). It is tried again.`,
    };
  if (failure.code === 'EAUTH')
    return {
      kind: 'unavailable',
      message: `${server} refused the user name or password of SMTP_URL. Correct it and restart.`,
    };
  // What it says before it has heard whom the mail is for is about us, and not about this mail.
  if (failure.command !== 'RCPT TO' && failure.command !== 'DATA')
    return {
      kind: 'unavailable',
      message: `${server} takes no mail from this server (${responseCode}). Correct SMTP_URL (user name, password, encryption) or MAIL_FROM, and restart. It is tried again.`,
    };
  return {
    kind: 'refused',
    message: `${server} refused the mail (${responseCode}). Check the addresses in the settings and MAIL_FROM.`,
  };
}

const ENCRYPTION =
  'made no encrypted connection as SMTP_URL asks for one. smtps:// begins encrypted (port 465), smtp:// turns to it where the server offers that (port 587), and with a password must; the certificate must be valid. For a server that has no encryption, end it in ?requireTLS=false.';

function whyNoAnswer({ code, syscall, message = '' }: SmtpError): string {
  if (code === 'EDNS') return 'is not known by that name. Check the host in SMTP_URL.';
  if (code === 'ETLS' || /SSL|TLS|certificate/i.test(message)) return ENCRYPTION;
  if (code === 'ETIMEDOUT')
    return 'did not answer in time. Check that it runs, and host and port in SMTP_URL.';
  if (syscall === 'connect') return 'took no connection. Check that it runs, and host and port in SMTP_URL.';
  return `broke off (${code ?? 'no answer'}).`;
}
