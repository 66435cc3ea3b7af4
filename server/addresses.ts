/** Addresses that nobody can own (RFC 2606), such as the one that `.env.example` shows. */
export function isExampleAddress(url: string): boolean {
  const host = URL.parse(url)?.hostname ?? '';
  return /(^|\.)(example(\.(com|net|org))?|invalid|test)$/.test(host);
}

type Path = { webhookPath: string };

/** The address that Buildium's subscription is given. */
export function buildiumWebhookUrl(publicUrl: string | null, { webhookPath }: Path): string {
  return `${publicUrl ?? '<PUBLIC_URL>'}/webhooks/buildium/${webhookPath}`;
}

/** Null where nobody outside reaches us: edits are then found by asking. */
export function airtableWebhookUrl(publicUrl: string | null, { webhookPath }: Path): string | null {
  return publicUrl === null ? null : `${publicUrl}/webhooks/airtable/${webhookPath}`;
}
