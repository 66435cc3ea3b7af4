import { readKpis } from '../../jobs/watch/kpis.ts';
import type { HandlersOf } from './call.ts';

export const kpiHandlers: HandlersOf<'readKpis'> = ({ jobOf }) => ({
  readKpis: async ({ session, query }) => readKpis(await jobOf(session.connectionId), query.days),
});
