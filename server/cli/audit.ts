import { readSeal, sealAudit, verifyAudit, type Anchor, type AuditProof } from '../jobs/audit/auditChain.ts';
import { readAuditRow } from '../jobs/audit/auditRow.ts';
import type { Job } from '../jobs/job.ts';
import { CONNECTION_OPTION, textFlag, type Command, type Invocation } from './command.ts';
import { CliProblem, EXIT, type ExitCode } from './problem.ts';
import { counted } from './terminal.ts';
import { withJob } from './withContext.ts';

export const auditCommand: Command = {
  name: 'audit',
  usage: 'verify | anchor | show <auditId>',
  summary:
    'Prove that the audit is as it was written; print the hash to be kept elsewhere, or one row whole.',
  notes: [
    'anchor seals what is not sealed yet and prints the newest seal as <number>:<hash>. Keep it where nobody who can',
    'write to the database can: in a mail, on paper. verify --anchor proves that nothing before it was changed.',
    'show prints one row with contact data, and with the whole record as Buildium had it before the sync wrote to it.',
  ],
  options: {
    ...CONNECTION_OPTION,
    anchor: { type: 'string', value: 'number:hash', help: 'verify: a seal that was kept elsewhere.' },
  },
  words: { atLeast: 1, atMost: 2 },
  run: (invocation) => {
    const [verb, auditId] = invocation.words;
    return withJob(invocation, async (job) => {
      if (verb === 'verify') return verify(invocation, job);
      if (verb === 'anchor') return printAnchor(invocation, job);
      if (verb === 'show' && auditId !== undefined) return show(invocation, job, auditId);
      throw new CliProblem(`Usage: npm run cli -- audit ${auditCommand.usage}`, EXIT.wrongUse);
    });
  },
};

async function verify(invocation: Invocation, job: Job): Promise<ExitCode> {
  const proof = await verifyAudit(job, anchorOf(invocation));
  const { terminal, wantsJson } = invocation;
  if (wantsJson) terminal.json({ holds: proof.broken === null, ...proof });
  else for (const line of linesOf(proof)) terminal.say(line);
  return proof.broken === null ? EXIT.done : EXIT.needsPerson;
}

function linesOf({ broken, rows, seals, unsealed, head }: AuditProof): string[] {
  const through = `${counted(rows, 'row')} in ${counted(seals, 'seal')} are as they were sealed`;
  if (broken) {
    return [
      `The audit does not hold. ${broken.message}`,
      `Before that, ${through}. Compare with a backup from before.`,
    ];
  }
  return [
    `The audit holds: ${through}; ${counted(unsealed, 'row waits', 'rows wait')} for the next seal.`,
    `The newest seal, to be kept elsewhere: ${head.sealNumber}:${head.hash}`,
  ];
}

async function printAnchor({ terminal, wantsJson }: Invocation, job: Job): Promise<ExitCode> {
  await sealAudit(job);
  const seal = await readSeal(job);
  if (wantsJson) terminal.json({ anchor: `${seal.sealNumber}:${seal.hash}`, ...seal });
  else terminal.say(`${seal.sealNumber}:${seal.hash}`);
  return EXIT.done;
}

async function show({ terminal, wantsJson }: Invocation, job: Job, auditId: string): Promise<ExitCode> {
  const row = await readAuditRow(job, auditId);
  if (!row)
    throw new CliProblem(
      `There is no audit row ${auditId}. GET /api/v1/audit lists them with their ids.`,
      EXIT.wrongUse,
    );
  if (wantsJson) terminal.json(row);
  else terminal.say(JSON.stringify(row, null, 2));
  return EXIT.done;
}

function anchorOf({ flags }: Invocation): Anchor | null {
  const text = textFlag(flags, 'anchor');
  if (text === undefined) return null;
  const parts = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text);
  if (parts) return { sealNumber: Number(parts[1]), hash: parts[2] ?? '' };
  throw new CliProblem(`--anchor must be as "audit anchor" prints it, and is "${text}".`, EXIT.wrongUse);
}
