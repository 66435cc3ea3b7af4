import { RESOURCES } from '../../../shared/resources/index.ts';
import { buildiumWebhookUrl, isExampleAddress } from '../../addresses.ts';
import { openWebhookSecrets } from '../../connectionSecrets.ts';
import type { Context } from '../../context.ts';
import type { ConnectionRow } from '../../db/connections.ts';
import type { Terminal } from '../terminal.ts';

/** The boxes to tick in Buildium, by the entity that its screen groups them under. */
export function eventsToTick(): Record<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const name of RESOURCES.flatMap((resource) => Object.keys(resource.events))) {
    const entity = name.slice(0, name.lastIndexOf('.'));
    groups.set(entity, [...(groups.get(entity) ?? []), name.slice(name.lastIndexOf('.') + 1)]);
  }
  return Object.fromEntries([...groups].sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function sayWebhookAdvice(terminal: Terminal, url: string, hasPublicUrl: boolean): void {
  terminal.say();
  terminal.say('In Buildium: Settings > Developer Tools > Webhooks > Add webhook.');
  terminal.say(`  URL     ${url}`);
  if (!hasPublicUrl)
    terminal.say('          (PUBLIC_URL is not set here: put the https address of your server in its place)');
  else if (isExampleAddress(url))
    terminal.say(
      '          (that is the address of the example: set PUBLIC_URL to your own, or no event will ever arrive)',
    );
  terminal.say('  Events  tick exactly these:');
  for (const [entity, verbs] of Object.entries(eventsToTick()))
    terminal.say(`            ${entity}: ${verbs.join(', ')}`);
  terminal.say('  Then copy the secret that Buildium shows. Without it events are refused, and changes');
  terminal.say('  wait for the ten-minute sweep.');
}

/** Until a secret is stored: only then is it known that the webhook was added. */
export function sayWebhookAdviceOnce(terminal: Terminal, context: Context, connection: ConnectionRow): void {
  const { keyring, config } = context;
  const known = openWebhookSecrets(keyring, connection.connectionId, connection.sealedWebhookSecrets);
  if (known.ok && known.value.length > 0) return;
  sayWebhookAdvice(terminal, buildiumWebhookUrl(config.publicUrl, connection), config.publicUrl !== null);
  terminal.say('  Store it: npm run cli -- setup --webhook-secret -');
}
