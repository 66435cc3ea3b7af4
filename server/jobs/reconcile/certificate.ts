import * as z from 'zod';
import { CAUSES, leftOut, threeLegs, type ThreeLegsReport } from '../../../shared/api/reconciliation.ts';
import { resourceNamed } from '../../../shared/resources/index.ts';
import type { ConnectionRow } from '../../db/connections.ts';
import type { ReconciliationRow } from '../../db/reconciliations.ts';
import type { MonthResult, ResourceResult } from '../../db/reconciliationParts.ts';
import { HASHING, rootOf, sha256 } from './reconcileHash.ts';

const count = z.number().int().min(0);
const side = z.object({
  records: count,
  sumsCents: z.record(z.string(), z.number().int()),
  hash: z.string(),
});
const roots = z.object({ buildium: z.string(), airtable: z.string() });

/** What a certificate says. It is written once, and read back from its own text. */
export const certificateSchema = z.object({
  certificate: z.literal('Completeness of both sides'),
  version: z.literal(1),
  reconciliationId: z.string(),
  connection: z.object({
    connectionId: z.string(),
    name: z.string(),
    buildiumAccountId: z.number().int().nullable(),
    airtableBaseId: z.string(),
    timeZone: z.string(),
  }),
  startedAt: z.string(),
  finishedAt: z.string(),
  serverVersion: z.string(),
  hashing: z.string(),
  records: count,
  matching: count,
  accuracy: z.number(),
  rootHash: roots,
  discrepancies: z.object({ records: count, causes: z.partialRecord(z.enum(CAUSES), count) }),
  resources: z.array(
    z.object({
      resource: z.string(),
      label: z.string(),
      records: count,
      matching: count,
      leftOut,
      fieldsLeftOut: z.array(z.string()),
      /** Why it could not be compared. */
      problem: z.string().nullable().default(null),
      rootHash: roots,
      months: z.array(
        z.object({ month: z.string(), records: count, matching: count, buildium: side, airtable: side }),
      ),
    }),
  ),
  threeLegs: threeLegs.nullable(),
  threeLegsProblem: z.string().nullable(),
  previousCertificate: z.object({ reconciliationId: z.string(), hash: z.string() }).nullable(),
});

export type Certificate = z.output<typeof certificateSchema>;

export type CertificateInput = {
  reconciliation: Pick<ReconciliationRow, 'reconciliationId' | 'startedAt'>;
  connection: ConnectionRow;
  finishedAt: string;
  serverVersion: string;
  resources: readonly ResourceResult[];
  months: readonly MonthResult[];
  causes: Certificate['discrepancies']['causes'];
  threeLegs: ThreeLegsReport | null;
  threeLegsProblem: string | null;
  previous: { reconciliationId: string; hash: string } | null;
};

/** Matching ÷ all; with nothing to compare nothing is amiss. */
export function accuracyOf({ records, matching }: { records: number; matching: number }): number {
  return records === 0 ? 1 : matching / records;
}

/** Puts the certificate together, in an order that never changes. */
export function makeCertificate(input: CertificateInput): Certificate {
  const { connection, previous } = input;
  const resources = [...input.resources]
    .sort((a, b) => (a.resource < b.resource ? -1 : 1))
    .map((result) => resourceOf(result, input.months));
  const totals = {
    records: resources.reduce((sum, { records }) => sum + records, 0),
    matching: resources.reduce((sum, { matching }) => sum + matching, 0),
  };
  const { connectionId, name, buildiumAccountId, airtableBaseId, timeZone } = connection;
  return {
    certificate: 'Completeness of both sides',
    version: 1,
    reconciliationId: input.reconciliation.reconciliationId,
    connection: { connectionId, name, buildiumAccountId, airtableBaseId, timeZone },
    startedAt: input.reconciliation.startedAt,
    finishedAt: input.finishedAt,
    serverVersion: input.serverVersion,
    hashing: HASHING,
    ...totals,
    accuracy: accuracyOf(totals),
    rootHash: {
      buildium: rootOf(resources.map(({ rootHash }) => rootHash.buildium)),
      airtable: rootOf(resources.map(({ rootHash }) => rootHash.airtable)),
    },
    discrepancies: { records: totals.records - totals.matching, causes: input.causes },
    resources,
    threeLegs: input.threeLegs,
    threeLegsProblem: input.threeLegsProblem,
    previousCertificate: previous,
  };
}

export function certificateText(certificate: Certificate): { text: string; hash: string } {
  const text = `${JSON.stringify(certificate, null, 2)}\n`;
  return { text, hash: sha256(text) };
}

function resourceOf(result: ResourceResult, all: readonly MonthResult[]): Certificate['resources'][number] {
  const months = all
    .filter(({ resource }) => resource === result.resource)
    .sort((a, b) => (a.month < b.month ? -1 : 1));
  return {
    resource: result.resource,
    label: resourceNamed(result.resource).label.many,
    records: result.records,
    matching: result.matching,
    leftOut: leftOut.parse(result.leftOut),
    fieldsLeftOut: result.fieldsLeftOut,
    problem: result.problem,
    rootHash: {
      buildium: rootOf(months.map(({ buildiumHash }) => buildiumHash)),
      airtable: rootOf(months.map(({ airtableHash }) => airtableHash)),
    },
    months: months.map((one) => ({
      month: one.month,
      records: one.records,
      matching: one.matching,
      buildium: { records: one.buildiumRecords, sumsCents: sorted(one.buildiumSums), hash: one.buildiumHash },
      airtable: { records: one.airtableRecords, sumsCents: sorted(one.airtableSums), hash: one.airtableHash },
    })),
  };
}

function sorted(sums: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(sums).sort(([a], [b]) => (a < b ? -1 : 1)));
}
