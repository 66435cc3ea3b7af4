import type { BuildiumCredentials } from '../../buildium/client.ts';
import { textFlag, type Invocation } from '../command.ts';
import { CliProblem, EXIT } from '../problem.ts';

const BUILDIUM_URLS: Readonly<Record<string, string>> = {
  production: 'https://api.buildium.com',
  sandbox: 'https://apisandbox.buildium.com',
};

const AIRTABLE_URL = 'https://api.airtable.com';
const AIRTABLE_CONTENT_URL = 'https://content.airtable.com';

export type BuildiumAnswer = { url: string; credentials: BuildiumCredentials };

/** What has no default and nobody could be asked for, by the variables' names. */
export function missingAnswers(invocation: Invocation): string[] {
  const needed = {
    BUILDIUM_CLIENT_ID: 'buildium-client-id',
    BUILDIUM_CLIENT_SECRET: 'buildium-client-secret',
    AIRTABLE_TOKEN: 'airtable-token',
  };
  return Object.entries(needed)
    .filter(([variable, flag]) => given(invocation, flag, variable) === undefined)
    .map(([variable, flag]) => `${variable} (or --${flag})`);
}

/**
 * What a flag or a variable says is not asked.
 * @param before the answer that turned out wrong: then everything is asked, with it as what Enter keeps.
 */
export async function askBuildium(
  invocation: Invocation,
  before: BuildiumAnswer | null = null,
): Promise<BuildiumAnswer> {
  const { terminal } = invocation;
  const kept = before?.credentials;
  const url = before
    ? await askAddress(invocation, 'Address of Buildium', before.url)
    : await askBuildiumUrl(invocation);
  const clientId =
    (kept ? undefined : given(invocation, 'buildium-client-id', 'BUILDIUM_CLIENT_ID')) ??
    (await terminal.ask('Buildium client id', kept?.clientId));
  const clientSecret =
    (kept ? undefined : given(invocation, 'buildium-client-secret', 'BUILDIUM_CLIENT_SECRET')) ??
    (await askSecretOr(invocation, 'Buildium client secret', kept?.clientSecret));
  const tokenUrl = given(invocation, 'buildium-token-url', 'BUILDIUM_TOKEN_URL');
  const credentials: BuildiumCredentials = tokenUrl
    ? { kind: 'oauth', tokenUrl: requiredUrl('buildium-token-url', tokenUrl), clientId, clientSecret }
    : { kind: 'apiKey', clientId, clientSecret };
  return { url, credentials };
}

async function askBuildiumUrl(invocation: Invocation): Promise<string> {
  const { terminal } = invocation;
  const chosen =
    given(invocation, 'buildium-environment', 'BUILDIUM_ENVIRONMENT') ??
    (terminal.isInteractive
      ? await terminal.choose('Which Buildium?', [
          { label: 'Production', value: 'production' },
          { label: 'Buildium’s own sandbox', value: 'sandbox' },
          { label: 'Another address, such as that of `npm run sandbox`', value: 'other' },
        ])
      : 'production');
  if (chosen === 'other') return askAddress(invocation, 'Its address');
  return BUILDIUM_URLS[chosen] ?? usableUrl(invocation, 'buildium-environment', chosen);
}

export type AirtableAnswer = { url: string; contentUrl: string; token: string };

/** As with Buildium. Airtable's address is asked for only where it is not Airtable's own. */
export async function askAirtable(
  invocation: Invocation,
  before: AirtableAnswer | null = null,
): Promise<AirtableAnswer> {
  const named = given(invocation, 'airtable-url', 'AIRTABLE_URL') ?? AIRTABLE_URL;
  const isOwn = (before?.url ?? named) === AIRTABLE_URL;
  const url =
    before && !isOwn
      ? await askAddress(invocation, 'Address of Airtable', before.url)
      : await usableUrl(invocation, 'airtable-url', named);
  const token =
    (before ? undefined : given(invocation, 'airtable-token', 'AIRTABLE_TOKEN')) ??
    (await askSecretOr(invocation, 'Airtable personal access token', before?.token));
  return { url, contentUrl: url === AIRTABLE_URL ? AIRTABLE_CONTENT_URL : url, token };
}

/** A secret that is there already is kept by an empty answer. */
async function askSecretOr({ terminal }: Invocation, what: string, kept?: string): Promise<string> {
  if (kept === undefined) return terminal.askSecret(`${what} (not shown)`);
  return (await terminal.askSecret(`${what} (not shown; empty keeps the last one)`)) || kept;
}

/** Asked until it is one. */
async function askAddress({ terminal }: Invocation, question: string, usual?: string): Promise<string> {
  for (;;) {
    const url = asUrl(await terminal.ask(question, usual));
    if (url !== null) return url;
    terminal.say('That is no address: it begins with https://.');
  }
}

/** What a flag or a variable says; a person in front of it may mend it at once. */
async function usableUrl(invocation: Invocation, flag: string, text: string): Promise<string> {
  if (!invocation.terminal.isInteractive || asUrl(text) !== null) return requiredUrl(flag, text);
  invocation.terminal.say(`--${flag}, or its variable, is no address that begins with https://.`);
  return askAddress(invocation, 'The address');
}

export function givenBase(invocation: Invocation): string | undefined {
  return given(invocation, 'airtable-base', 'AIRTABLE_BASE_ID');
}

/** A flag, else the variable of that name. */
export function given(invocation: Invocation, flag: string, variable: string): string | undefined {
  return textFlag(invocation.flags, flag) ?? (invocation.environment[variable]?.trim() || undefined);
}

function asUrl(text: string): string | null {
  const url = URL.parse(text);
  return url && (url.protocol === 'https:' || url.protocol === 'http:') ? text.replace(/\/+$/, '') : null;
}

function requiredUrl(flag: string, text: string): string {
  const url = asUrl(text);
  if (url !== null) return url;
  throw new CliProblem(`--${flag} must be an address that begins with https://.`, EXIT.wrongUse);
}
