import { ok, type Result } from '../../../shared/result.ts';
import { createCall } from '../../airtable/call.ts';
import { baseListSchema, type BaseAccess } from '../../airtable/wire.ts';
import type { CallFailure } from '../../callFailure.ts';
import type { Outbound } from '../../outbound.ts';
import type { AirtableAnswer } from './answers.ts';

/** Every base that the token sees. */
export async function listBases(
  outbound: Outbound,
  { url, token }: AirtableAnswer,
): Promise<Result<BaseAccess[], CallFailure>> {
  const call = createCall({ outbound, connectionId: 'setup', baseUrl: url, baseId: 'none', token });
  const bases: BaseAccess[] = [];
  for (let offset: string | undefined; ; ) {
    const page = await call({
      method: 'GET',
      path: '/v0/meta/bases',
      ...(offset === undefined ? {} : { query: new URLSearchParams({ offset }) }),
      schema: baseListSchema,
      kind: 'meta.bases',
      reach: 'token',
      options: { priority: 'person' },
    });
    if (!page.ok) return page;
    bases.push(...page.value.bases);
    offset = page.value.offset;
    if (offset === undefined) return ok(bases);
  }
}
