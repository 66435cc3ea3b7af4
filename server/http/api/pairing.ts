import type { PairProposal } from '../../../shared/api/pairing.ts';
import { SURE_SCORE } from '../../../shared/api/pairing.ts';
import { resourceNamed } from '../../../shared/resources/index.ts';
import { airtableWebhookUrl } from '../../addresses.ts';
import { listTables } from '../../db/airtableSchema.ts';
import { listProposals, proposePairing, type Proposal } from '../../jobs/connect/pairing.ts';
import { approvePairing, finishPairing, rejectPairing } from '../../jobs/connect/pairingDecisions.ts';
import { HttpProblem } from '../problem.ts';
import { actorOf } from '../session.ts';
import type { HandlersOf } from './call.ts';
import { sideAway } from './mapping.ts';
import { connectionOf } from './refusals.ts';

export const pairingHandlers: HandlersOf<
  'readPairing' | 'searchPairing' | 'decidePairing' | 'finishPairing'
> = ({ database, config, jobOf }) => ({
  readPairing: async ({ session, query: { after, limit } }) => {
    const job = await jobOf(session.connectionId);
    const all = await listProposals(job);
    const open = all.filter(({ decision }) => decision === 'proposed');
    const sure = open.filter(isSure);
    const tables = await listTables(database, session.connectionId);
    const tableIdOf = new Map(tables.map(({ resource, tableId }) => [resource, tableId]));
    const inOrder = [...open.filter((one) => !isSure(one)), ...sure];
    return {
      ...{ state: job.state, sure: sure.length, doubtful: open.length - sure.length },
      approved: all.filter(({ decision }) => decision === 'approved').length,
      proposals: inOrder
        .slice(after, after + limit)
        .map((one) => shown(one, tableIdOf.get(one.resource) ?? null)),
      nextAfter: after + limit < inOrder.length ? after + limit : null,
    };
  },

  searchPairing: async ({ session }) => {
    const found = await proposePairing(await jobOf(session.connectionId));
    if (!found.ok) throw sideAway(found.error);
    return { tables: found.value };
  },

  decidePairing: async ({ session, body: { minScore, pair, decision } }) => {
    const job = await jobOf(session.connectionId);
    if (pair && decision === 'reject') {
      const rejected = await rejectPairing(job, pair);
      if (rejected === 0) throw notProposed(pair);
      return { approved: 0, rejected, refused: [] };
    }
    const choice = pair ?? { minScore: minScore ?? SURE_SCORE };
    const done = await approvePairing(job, choice, actorOf(session));
    if (!done.ok) throw pair ? notProposed(pair) : new HttpProblem(409, 'notProposed', done.error);
    const { approved, refused } = done.value;
    return { approved: approved.length, rejected: 0, refused: refused.map(({ why }) => why) };
  },

  finishPairing: async ({ session }) => {
    const connection = await connectionOf(database, session.connectionId);
    if (connection.state !== 'pairing')
      throw new HttpProblem(
        409,
        'notPairing',
        'No pairing is open: approved pairs are synced as they are, and there is nothing to finish.',
      );
    const job = await jobOf(session.connectionId);
    const url = airtableWebhookUrl(config.publicUrl, connection);
    const finished = await finishPairing(job, actorOf(session), url);
    if (!finished.ok) throw sideAway(finished.error);
    return { runId: finished.value.runId, ...finished.value.schema };
  },
});

function isSure({ score, isAmbiguous }: Proposal): boolean {
  return score >= SURE_SCORE && !isAmbiguous;
}

function shown(
  { decision: _open, differences, ...proposal }: Proposal,
  tableId: string | null,
): PairProposal {
  const { fields } = resourceNamed(proposal.resource);
  return {
    ...{ ...proposal, tableId },
    differences: Object.entries(differences).map(([key, one]) => {
      const field = fields.find((candidate) => candidate.key === key);
      const isPersonal = 'personal' in one;
      return {
        ...{ key, column: field?.column ?? key, kind: field?.kind ?? 'text', isPersonal },
        buildium: isPersonal ? null : one.buildium,
        airtable: isPersonal ? null : one.airtable,
      };
    }),
  };
}

function notProposed({ resource, entityId }: { resource: string; entityId: string }): HttpProblem {
  return new HttpProblem(
    404,
    'notProposed',
    `This pair of ${resourceNamed(resource).label.one} ${entityId} waits for no decision: it was decided meanwhile, or the rows have changed. Look for pairs again.`,
  );
}
