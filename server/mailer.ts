import { err, ok, type Result } from '../shared/result.ts';
import type { Secret } from './secrets.ts';

export type Mail = {
  to: readonly string[];
  subject: string;
  text: string;
  /** The same for every try of one mail, so that a mailbox knows a doubled one. */
  messageId: string;
};

export type Mailer = {
  send(mail: Mail): Promise<Result<null, { kind: 'refused' | 'unavailable'; message: string }>>;
  close(): void;
};

const ANSWER_WITHIN_MS = 20_000;

/** Sends plain-text mail through the SMTP server of the configuration; without one, the library is not loaded. */
export async function createMailer({ smtpUrl, from }: { smtpUrl: Secret; from: string }): Promise<Mailer> {
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    url: smtpUrl.reveal(),
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
        await transport.sendMail({
          from,
          to: [...to],
          subject,
          text,
          messageId: `<${messageId}@${domain}>`,
          headers: { 'Auto-Submitted': 'auto-generated' },
        });
        return ok(null);
      } catch (error) {
        return err(failureOf(error, smtpUrl));
      }
    },
    close: () => transport.close(),
  };
}

/** The server's own words can repeat what it was sent; only its code is kept. */
function failureOf(error: unknown, smtpUrl: Secret): { kind: 'refused' | 'unavailable'; message: string } {
  const { responseCode, code } = error as { responseCode?: number; code?: string };
  const host = new URL(smtpUrl.reveal()).host;
  if (code === 'EAUTH')
    return {
      kind: 'unavailable',
      message: `The mail server ${host} refused the user name or password of SMTP_URL. Correct it and restart.`,
    };
  // 4xx asks to come again later; 5xx is final (RFC 5321, 4.2.1).
  if (responseCode !== undefined && responseCode >= 500)
    return {
      kind: 'refused',
      message: `The mail server ${host} refused the mail (${responseCode}). Check the addresses in the settings and MAIL_FROM.`,
    };
  return {
    kind: 'unavailable',
    message: `The mail server ${host} could not take the mail (${code ?? responseCode ?? 'no answer'}). It is tried again.`,
  };
}
