import PDFDocument from 'pdfkit';
import { formatCents } from '../../../shared/money.ts';
import type { Cause } from '../../../shared/api/reconciliation.ts';
import { resourceNamed } from '../../../shared/resources/index.ts';
import { inPercent } from '../watch/alerts.ts';
import { certificateSchema, type Certificate } from './certificate.ts';

type Document = InstanceType<typeof PDFDocument>;

const MARGIN = 50;
const PAGE_WIDTH = 595;
const PAGE_HEIGHT = 842;
const ROW = 14;
const GREY = '#666666';

/**
 * The certificate for people. Made from the stored text alone: the same certificate is the same bytes, on any day
 * and on any server of this version.
 */
export async function certificatePdf(stored: {
  certificate: string;
  certificateHash: string;
}): Promise<Buffer> {
  const certificate = certificateSchema.parse(JSON.parse(stored.certificate));
  const document = new PDFDocument({
    size: 'A4',
    margin: MARGIN,
    info: {
      Title: `Certificate of completeness ${certificate.reconciliationId}`,
      Producer: `Buildium-Airtable sync ${certificate.serverVersion}`,
      Creator: 'Buildium-Airtable sync',
      // The moment of the certificate, not of the download.
      CreationDate: new Date(certificate.finishedAt),
    },
  });
  const chunks: Buffer[] = [];
  const written = new Promise<Buffer>((resolve, reject) => {
    document.on('data', (chunk: Buffer) => chunks.push(chunk));
    document.on('end', () => resolve(Buffer.concat(chunks)));
    document.on('error', reject);
  });
  writeHead(document, certificate);
  writeResources(document, certificate);
  writeLegs(document, certificate);
  writeMonths(document, certificate);
  writeProof(document, certificate, stored.certificateHash);
  document.end();
  return written;
}

function writeHead(document: Document, certificate: Certificate): void {
  const { connection, records, matching, accuracy, discrepancies } = certificate;
  document.font('Helvetica-Bold').fontSize(20).text('Certificate of completeness');
  document.moveDown(0.3).font('Helvetica').fontSize(11);
  document.text(
    `${plain(connection.name)} · Buildium account ${connection.buildiumAccountId ?? 'unknown'} · Airtable base ${connection.airtableBaseId}`,
  );
  document.text(`Both sides read from ${inUtc(certificate.startedAt)} to ${inUtc(certificate.finishedAt)}`);
  document.moveDown(0.8).font('Helvetica-Bold').fontSize(15);
  document.text(`${inPercent(accuracy)} of ${whole(records)} records are equal on both sides`);
  document.font('Helvetica').fontSize(11);
  const causes = Object.entries(discrepancies.causes).map(
    ([cause, count]) => `${whole(count)} ${CAUSE_WORDS[cause as Cause]}`,
  );
  document.text(
    discrepancies.records === 0
      ? `All ${whole(matching)} match in every field.`
      : `Records that do not match or are held: ${whole(discrepancies.records)} (${causes.join(', ')}).`,
  );
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

const RESOURCE_COLUMNS = [
  { title: '', x: 0 },
  { title: 'Records', x: 130 },
  { title: 'Matching', x: 190 },
  { title: 'Older', x: 250 },
  { title: 'Out of scope', x: 300 },
  { title: 'Kept out', x: 372 },
  { title: 'Deleted', x: 427 },
] as const;

function writeResources(document: Document, { resources }: Certificate): void {
  heading(document, 'By table, and what rightly is not in it');
  tableRow(
    document,
    RESOURCE_COLUMNS.map(({ title, x }) => ({ x, text: title })),
    true,
  );
  for (const { label, records, matching, leftOut } of resources) {
    const cells = [
      capital(label),
      ...[
        records,
        matching,
        leftOut.outsideWindow,
        leftOut.outOfScope,
        leftOut.detached,
        leftOut.deletedInBuildium,
      ].map(whole),
    ];
    tableRow(
      document,
      cells.map((text, at) => ({ text, x: RESOURCE_COLUMNS[at]?.x ?? 0 })),
      false,
    );
  }
  for (const { label, fieldsLeftOut } of resources)
    for (const field of fieldsLeftOut)
      document
        .fontSize(9)
        .fillColor(GREY)
        .text(`${capital(label)}, ${plain(field)}`, MARGIN);
  document.fillColor('black');
}

function writeLegs(document: Document, { threeLegs, threeLegsProblem }: Certificate): void {
  heading(document, 'Three legs of the books');
  document.font('Helvetica').fontSize(10);
  if (!threeLegs) {
    document.text(plain(threeLegsProblem ?? 'The books could not be read.'), MARGIN);
    return;
  }
  const { bankCents, ownersCents, depositsAndPrepaymentsCents, differenceCents, asOf } = threeLegs;
  document.text(
    `At the end of ${asOf}, cash basis: banks ${formatCents(bankCents)} = owners ${formatCents(ownersCents)} + deposits and prepayments ${formatCents(depositsAndPrepaymentsCents)}; difference ${formatCents(differenceCents)}.`,
    MARGIN,
  );
  const apart = threeLegs.properties.filter((property) => property.differenceCents !== 0);
  for (const property of apart)
    document.text(
      `Property ${property.propertyId}: difference ${formatCents(property.differenceCents)}`,
      MARGIN,
    );
  for (const bank of threeLegs.bankAccounts.filter((one) => one.differenceCents !== 0))
    document.text(
      `${plain(bank.name)}: ${formatCents(bank.balanceCents)}, its ledger account ${formatCents(bank.ledgerCents)}`,
      MARGIN,
    );
  document
    .fontSize(8)
    .fillColor(GREY)
    .text('A check of the books, not a statement of legal compliance.', MARGIN)
    .fillColor('black');
}

const MONTH_COLUMNS = [0, 95, 145, 195, 245, 340, 425] as const;

function writeMonths(document: Document, { resources }: Certificate): void {
  heading(document, 'By month');
  monthRow(document, ['', 'Month', 'Buildium', 'Airtable', 'Sum of', 'in Buildium', 'in Airtable'], true);
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
      monthRow(document, [...head, ...(first ?? [])], false);
      for (const more of rest) monthRow(document, ['', '', '', '', ...more], false);
    }
}

function monthRow(document: Document, cells: readonly string[], isHead: boolean): void {
  tableRow(
    document,
    cells.map((text, at) => ({ text, x: MONTH_COLUMNS[at] ?? 0 })),
    isHead,
  );
}

function columnOf(resource: string, key: string): string {
  return resourceNamed(resource).fields.find((field) => field.key === key)?.column ?? key;
}

function writeProof(document: Document, certificate: Certificate, hash: string): void {
  heading(document, 'Proof');
  const { rootHash, previousCertificate, reconciliationId, serverVersion, hashing } = certificate;
  document.font('Helvetica').fontSize(9);
  const lines = [
    `Reconciliation ${reconciliationId}, server version ${serverVersion}`,
    `Root over Buildium: ${rootHash.buildium}`,
    `Root over Airtable: ${rootHash.airtable}`,
    `SHA-256 of the certificate (JSON): ${hash}`,
    previousCertificate
      ? `The one before: ${previousCertificate.reconciliationId}, SHA-256 ${previousCertificate.hash}`
      : 'The first certificate of this connection.',
  ];
  for (const line of lines) document.text(line, MARGIN);
  document
    .moveDown(0.5)
    .fontSize(8)
    .fillColor(GREY)
    .text(hashing, MARGIN, undefined, { width: PAGE_WIDTH - 2 * MARGIN });
}

function heading(document: Document, text: string): void {
  if (document.y > PAGE_HEIGHT - MARGIN - 5 * ROW) document.addPage();
  document
    .moveDown(1)
    .font('Helvetica-Bold')
    .fontSize(12)
    .fillColor('black')
    .text(text, MARGIN)
    .moveDown(0.3);
}

/** One line of a table; a new page where it would not fit. */
function tableRow(document: Document, cells: readonly { x: number; text: string }[], isHead: boolean): void {
  if (document.y > PAGE_HEIGHT - MARGIN - ROW) document.addPage();
  const { y } = document;
  document.font(isHead ? 'Helvetica-Bold' : 'Helvetica').fontSize(9);
  for (const { x, text } of cells) document.text(text, MARGIN + x, y, { lineBreak: false });
  document.x = MARGIN;
  document.y = y + ROW;
}

function inUtc(instant: string): string {
  return `${instant.slice(0, 19).replace('T', ' ')} UTC`;
}

function whole(count: number): string {
  return count.toLocaleString('en-US');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The built-in fonts know Latin letters only: anything else would come out as other letters. */
function plain(text: string): string {
  return text.replaceAll(/[^\u0020-\u007e\u00a0-\u00ff]/g, '?');
}
