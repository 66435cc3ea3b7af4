import { capital } from '../../../shared/sentence.ts';
import { formatCents } from '../../../shared/money.ts';
import type { Cause } from '../../../shared/api/reconciliation.ts';
import { resourceNamed } from '../../../shared/resources/index.ts';
import { createPage, type Page, type TableColumn } from '../pdfPage.ts';
import { inPercent } from '../watch/alerts.ts';
import { certificateSchema, type Certificate } from './certificate.ts';

/**
 * The certificate for people. Made from the stored text alone: the same certificate is the same bytes, on any day
 * and on any server of this version.
 */
export async function certificatePdf(stored: {
  certificate: string;
  certificateHash: string;
}): Promise<Buffer> {
  const certificate = certificateSchema.parse(JSON.parse(stored.certificate));
  const { reconciliationId, finishedAt, serverVersion } = certificate;
  const page = await createPage({
    title: `Certificate of completeness ${reconciliationId}`,
    author: `Buildium-Airtable sync ${serverVersion}`,
    // The moment of the certificate, not of the download.
    madeAt: finishedAt,
  });
  writeHead(page, certificate);
  writeResources(page, certificate);
  writeLegs(page, certificate);
  writeMonths(page, certificate);
  writeProof(page, certificate, stored.certificateHash);
  return page.finish(`Certificate of completeness · ${reconciliationId}`);
}

function writeHead(page: Page, certificate: Certificate): void {
  const { connection, records, matching, accuracy, discrepancies } = certificate;
  page.letterhead(
    [
      connection.name,
      `Buildium account ${connection.buildiumAccountId ?? 'unknown'}`,
      `Airtable base ${connection.airtableBaseId}`,
    ],
    [
      'Certificate of completeness',
      'Both sides read',
      `from ${inUtc(certificate.startedAt)}`,
      `to ${inUtc(certificate.finishedAt)}`,
    ],
  );
  page.boxes([
    { label: 'Equal on both sides', amount: inPercent(accuracy) },
    { label: 'Records', amount: whole(records) },
    { label: 'Matching in every field', amount: whole(matching) },
    { label: 'Not matching or held', amount: whole(discrepancies.records) },
  ]);
  const causes = Object.entries(discrepancies.causes).map(
    ([cause, count]) => `${whole(count)} ${CAUSE_WORDS[cause as Cause]}`,
  );
  if (discrepancies.records > 0)
    page.paragraph(`Records that do not match or are held: ${causes.join(', ')}.`);
  const unread = certificate.resources.filter(({ problem }) => problem !== null);
  if (unread.length > 0)
    page.paragraph(
      `Not compared, and in none of these figures: ${unread.map(({ label }) => label).join(', ')}.`,
    );
  page.gap();
}

const CAUSE_WORDS: Record<Cause, string> = {
  queued: 'not looked at yet',
  retrying: 'tried again by itself',
  waiting: 'waiting for another record',
  parked: 'given up until somebody tries again',
  conflict: 'in an open conflict',
  held: 'held until a person decides',
  editedInAirtable: 'edited in Airtable',
  lostEvent: 'changed in Buildium unheard',
  deletedRow: 'with a deleted row',
  deletedInBuildium: 'deleted in Buildium unheard',
  outsideWindow: 'newly within the months kept',
  tableProblem: 'in a table that cannot be used',
  unknown: 'of unknown cause',
};

const RESOURCE_COLUMNS: readonly TableColumn[] = [
  { title: 'Table', from: 0.01, to: 0.24 },
  { title: 'Records', from: 0.24, to: 0.36, align: 'right' },
  { title: 'Matching', from: 0.36, to: 0.48, align: 'right' },
  { title: 'Older', from: 0.48, to: 0.6, align: 'right' },
  { title: 'Out of scope', from: 0.6, to: 0.75, align: 'right' },
  { title: 'Kept out', from: 0.75, to: 0.87, align: 'right' },
  { title: 'Deleted', from: 0.87, to: 0.99, align: 'right' },
];

function writeResources(page: Page, { resources }: Certificate): void {
  page.heading('By table, and what rightly is not in it');
  page.gap(6);
  const line = page.table(RESOURCE_COLUMNS);
  for (const { label, records, matching, leftOut, problem } of resources) {
    if (problem !== null) {
      line([capital(label), 'not compared']);
      continue;
    }
    const { outsideWindow, outOfScope, detached, deletedInBuildium } = leftOut;
    const counts = [records, matching, outsideWindow, outOfScope, detached, deletedInBuildium];
    line([capital(label), ...counts.map(whole)]);
  }
  page.gap(6);
  for (const { label, problem } of resources)
    if (problem !== null) page.note(`${capital(label)} could not be compared: ${problem}`);
  for (const { label, fieldsLeftOut } of resources)
    for (const field of fieldsLeftOut) page.note(`${capital(label)}, ${field}`);
  page.gap();
}

function writeLegs(page: Page, { threeLegs, threeLegsProblem }: Certificate): void {
  page.heading('Three legs of the books', threeLegs ? `Cash basis, at the end of ${threeLegs.asOf}` : '');
  page.gap(6);
  if (!threeLegs) {
    page.paragraph(threeLegsProblem ?? 'The books could not be read.');
    page.gap();
    return;
  }
  page.row('In the banks', formatCents(threeLegs.bankCents));
  page.row("Owners' money", formatCents(threeLegs.ownersCents));
  page.row('Deposits and prepayments', formatCents(threeLegs.depositsAndPrepaymentsCents));
  page.row('Difference', formatCents(threeLegs.differenceCents), { style: 'total' });
  for (const { propertyId, differenceCents } of threeLegs.properties)
    if (differenceCents !== 0) page.row(`Property ${propertyId}: difference`, formatCents(differenceCents));
  for (const bank of threeLegs.bankAccounts)
    if (bank.differenceCents !== 0)
      page.row(bank.name, formatCents(bank.balanceCents), {
        middle: `in its ledger ${formatCents(bank.ledgerCents)}`,
      });
  page.gap(4);
  page.note('A check of the books, not a statement of legal compliance.');
  page.gap();
}

const MONTH_COLUMNS: readonly TableColumn[] = [
  { title: 'Table', from: 0.01, to: 0.2 },
  { title: 'Month', from: 0.2, to: 0.3 },
  { title: 'Buildium', from: 0.3, to: 0.4, align: 'right' },
  { title: 'Airtable', from: 0.4, to: 0.5, align: 'right' },
  { title: 'Sum of', from: 0.53, to: 0.67 },
  { title: 'in Buildium', from: 0.67, to: 0.83, align: 'right' },
  { title: 'in Airtable', from: 0.83, to: 0.99, align: 'right' },
];

function writeMonths(page: Page, { resources }: Certificate): void {
  page.heading('By month');
  page.gap(6);
  const line = page.table(MONTH_COLUMNS);
  for (const { resource, label, months } of resources)
    for (const { month, buildium, airtable } of months) {
      const fields = [...new Set([...Object.keys(buildium.sumsCents), ...Object.keys(airtable.sumsCents)])];
      const head = [
        capital(label),
        month === '' ? '–' : month,
        whole(buildium.records),
        whole(airtable.records),
      ];
      const [first, ...rest] = fields.map((key) => [
        columnOf(resource, key),
        formatCents(buildium.sumsCents[key] ?? 0),
        formatCents(airtable.sumsCents[key] ?? 0),
      ]);
      line([...head, ...(first ?? [])]);
      for (const more of rest) line(['', '', '', '', ...more]);
    }
  page.gap();
}

function columnOf(resource: string, key: string): string {
  return resourceNamed(resource).fields.find((field) => field.key === key)?.column ?? key;
}

function writeProof(page: Page, certificate: Certificate, hash: string): void {
  const { rootHash, previousCertificate, reconciliationId, serverVersion, hashing } = certificate;
  page.heading('Proof');
  page.gap(6);
  const lines = [
    `Reconciliation ${reconciliationId}, server version ${serverVersion}`,
    `Root over Buildium: ${rootHash.buildium}`,
    `Root over Airtable: ${rootHash.airtable}`,
    `SHA-256 of the certificate (JSON): ${hash}`,
    previousCertificate
      ? `The one before: ${previousCertificate.reconciliationId}, SHA-256 ${previousCertificate.hash}`
      : 'The first certificate of this connection.',
  ];
  for (const line of lines) page.paragraph(line);
  page.note(hashing);
}

function inUtc(instant: string): string {
  return `${instant.slice(0, 19).replace('T', ' ')} UTC`;
}

function whole(count: number): string {
  return count.toLocaleString('en-US');
}
