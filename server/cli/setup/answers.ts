import { connectionSettings, type ConnectionSettings } from '../../../shared/settings.ts';
import type { BuildiumCredentials } from '../../buildium/client.ts';
import { numberFlag, textFlag, type Invocation } from '../command.ts';
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

export async function askBuildium(invocation: Invocation): Promise<BuildiumAnswer> {
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
  const environment = chosen === 'other' ? await terminal.ask('Its address') : chosen;
  const clientId =
    given(invocation, 'buildium-client-id', 'BUILDIUM_CLIENT_ID') ??
    (await terminal.ask('Buildium client id'));
  const clientSecret =
    given(invocation, 'buildium-client-secret', 'BUILDIUM_CLIENT_SECRET') ??
    (await terminal.askSecret('Buildium client secret (not shown)'));
  const tokenUrl = given(invocation, 'buildium-token-url', 'BUILDIUM_TOKEN_URL');
  const credentials: BuildiumCredentials = tokenUrl
    ? { kind: 'oauth', tokenUrl: httpUrl('buildium-token-url', tokenUrl), clientId, clientSecret }
    : { kind: 'apiKey', clientId, clientSecret };
  return { url: BUILDIUM_URLS[environment] ?? httpUrl('buildium-environment', environment), credentials };
}

export type AirtableAnswer = { url: string; contentUrl: string; token: string };

export async function askAirtable(invocation: Invocation): Promise<AirtableAnswer> {
  const token =
    given(invocation, 'airtable-token', 'AIRTABLE_TOKEN') ??
    (await invocation.terminal.askSecret('Airtable personal access token (not shown)'));
  const url = httpUrl('airtable-url', given(invocation, 'airtable-url', 'AIRTABLE_URL') ?? AIRTABLE_URL);
  return { url, contentUrl: url === AIRTABLE_URL ? AIRTABLE_CONTENT_URL : url, token };
}

export function givenBase(invocation: Invocation): string | undefined {
  return given(invocation, 'airtable-base', 'AIRTABLE_BASE_ID');
}

export type Preferences = { name: string; timeZone: string; settings: ConnectionSettings };

/** The rest has defaults that fit most people. */
export async function askPreferences(
  invocation: Invocation,
  companyName: string | null,
): Promise<Preferences> {
  const { flags, terminal } = invocation;
  const askUnlessQuiet = (question: string, usual: string): Promise<string> =>
    terminal.isInteractive ? terminal.ask(question, usual) : Promise.resolve(usual);
  const name =
    textFlag(flags, 'name') ?? (await askUnlessQuiet('Name of this connection', companyName ?? 'Buildium'));
  const zone =
    textFlag(flags, 'time-zone') ?? (await askUnlessQuiet('Time zone of the books', ownTimeZone()));
  const historyMonths =
    numberFlag(flags, 'history-months', { from: 1, to: 120 }) ??
    Number(await askUnlessQuiet('How many months back', '24'));
  const wanted = {
    historyMonths,
    keepMonthsInAirtable: numberFlag(flags, 'keep-months', { from: 1, to: 120 }),
    airtablePlan:
      textFlag(flags, 'airtable-plan') ??
      (await askUnlessQuiet('Airtable plan (free, team, business, enterprise)', 'team')),
  };
  const settings = connectionSettings.safeParse(wanted);
  if (!settings.success) {
    const lines = settings.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new CliProblem(lines.join('\n'), EXIT.wrongUse);
  }
  return { name, timeZone: timeZone(zone), settings: settings.data };
}

/** A flag, else the variable of that name. */
export function given(invocation: Invocation, flag: string, variable: string): string | undefined {
  return textFlag(invocation.flags, flag) ?? (invocation.environment[variable]?.trim() || undefined);
}

function httpUrl(flag: string, text: string): string {
  const url = URL.parse(text);
  if (url && (url.protocol === 'https:' || url.protocol === 'http:')) return text.replace(/\/+$/, '');
  throw new CliProblem(`--${flag} must be an address that begins with https://.`, EXIT.wrongUse);
}

function ownTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function timeZone(name: string): string {
  try {
    return Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    throw new CliProblem(
      `"${name}" is no time zone. Examples: America/New_York, America/Chicago, America/Los_Angeles.`,
      EXIT.wrongUse,
    );
  }
}
