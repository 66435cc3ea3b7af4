import * as z from 'zod';
import { err, ok, type Result } from '../shared/result.ts';
import type { Keyring } from './secrets.ts';

/** What opens a Buildium account: a pair of keys, or a gateway that asks for OAuth2 client credentials. */
export type BuildiumCredentials =
  | { kind: 'apiKey'; clientId: string; clientSecret: string }
  | { kind: 'oauth'; tokenUrl: string; clientId: string; clientSecret: string; scope?: string };

/** Why stored secrets do not open, and what to do. */
export type SecretsProblem = { message: string };

/** No job can be made for a connection whose stored secrets do not open; the message says what to do. */
export class SecretsDoNotOpen extends Error {
  override name = 'SecretsDoNotOpen';
}

/** Several at once, so that a rolled key loses no event. */
export function sealWebhookSecrets(
  keyring: Keyring,
  connectionId: string,
  secrets: readonly string[],
): string {
  return keyring.encrypt(JSON.stringify(secrets), webhookSecretsPlace(connectionId));
}

export function openWebhookSecrets(
  keyring: Keyring,
  connectionId: string,
  sealed: string,
): Result<string[], SecretsProblem> {
  const opened = keyring.decrypt(sealed, webhookSecretsPlace(connectionId));
  if (!opened.ok)
    return err(describe(`The webhook secrets of connection ${connectionId}`, opened.error.kind));
  return ok(z.array(z.string()).parse(JSON.parse(opened.value.reveal())));
}

export function sealMacSecret(
  keyring: Keyring,
  at: { connectionId: string; webhookId: string },
  secretBase64: string,
): string {
  return keyring.encrypt(secretBase64, macSecretPlace(at));
}

export function openMacSecret(
  keyring: Keyring,
  at: { connectionId: string; webhookId: string },
  sealed: string,
): Result<string, SecretsProblem> {
  const opened = keyring.decrypt(sealed, macSecretPlace(at));
  if (!opened.ok) return err(describe(`The secret of Airtable webhook ${at.webhookId}`, opened.error.kind));
  return ok(opened.value.reveal());
}

export function sealCredentials(
  keyring: Keyring,
  connectionId: string,
  credentials: BuildiumCredentials,
): string {
  return keyring.encrypt(JSON.stringify(credentials), credentialsPlace(connectionId));
}

export function openCredentials(
  keyring: Keyring,
  connectionId: string,
  sealed: string,
): Result<BuildiumCredentials, SecretsProblem> {
  const opened = keyring.decrypt(sealed, credentialsPlace(connectionId));
  if (!opened.ok) return err(describe(`The Buildium key of connection ${connectionId}`, opened.error.kind));
  return ok(JSON.parse(opened.value.reveal()) as BuildiumCredentials);
}

export function sealToken(keyring: Keyring, connectionId: string, token: string): string {
  return keyring.encrypt(token, tokenPlace(connectionId));
}

export function openToken(
  keyring: Keyring,
  connectionId: string,
  sealed: string,
): Result<string, SecretsProblem> {
  const opened = keyring.decrypt(sealed, tokenPlace(connectionId));
  if (!opened.ok) return err(describe(`The Airtable token of connection ${connectionId}`, opened.error.kind));
  return ok(opened.value.reveal());
}

function credentialsPlace(connectionId: string): string {
  return `connections:${connectionId}:buildium_credentials`;
}

function tokenPlace(connectionId: string): string {
  return `connections:${connectionId}:airtable_token`;
}

function webhookSecretsPlace(connectionId: string): string {
  return `connections:${connectionId}:buildium_webhook_secrets`;
}

function macSecretPlace({ connectionId, webhookId }: { connectionId: string; webhookId: string }): string {
  return `airtable_webhooks:${connectionId}:${webhookId}:mac_secret`;
}

function describe(what: string, kind: string): SecretsProblem {
  return {
    message: `${what} cannot be opened (${kind}): check ENCRYPTION_KEYS, or store them again with \`npm run cli -- setup\`.`,
  };
}
