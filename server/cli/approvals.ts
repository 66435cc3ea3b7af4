import { decideApproval, showApprovals, type ShownApproval } from '../jobs/losses/lossApprovals.ts';
import type { Job } from '../jobs/job.ts';
import { CONNECTION_OPTION, type Command, type Invocation } from './command.ts';
import { CliProblem, EXIT, type ExitCode } from './problem.ts';
import { BY_CLI, withJob } from './withContext.ts';

const LISTED = 100;

export const approvalsCommand: Command = {
  name: 'approvals',
  usage: '[approve | ignore <id>]',
  summary:
    'What the sync asks before much goes away at once: list it, let it pass, leave things as they are.',
  options: { ...CONNECTION_OPTION },
  words: { atLeast: 0, atMost: 2 },
  run: (invocation) => {
    const [verb, approvalId] = invocation.words;
    return withJob(invocation, async (job) => {
      if (verb === undefined) return list(invocation, job);
      if ((verb === 'approve' || verb === 'ignore') && approvalId !== undefined)
        return decide(invocation, job, verb, approvalId);
      throw new CliProblem(`Usage: npm run cli -- approvals ${approvalsCommand.usage}`, EXIT.wrongUse);
    });
  },
};

async function list({ terminal, wantsJson }: Invocation, job: Job): Promise<ExitCode> {
  const approvals = await showApprovals(job, 'open', LISTED);
  if (wantsJson) terminal.json({ approvals });
  else if (approvals.length === 0) terminal.say('Nothing waits for a decision.');
  else for (const line of approvals.flatMap(linesOf)) terminal.say(line);
  return approvals.length === 0 ? EXIT.done : EXIT.waiting;
}

function linesOf(approval: ShownApproval): string[] {
  return [
    approval.question,
    `  npm run cli -- approvals approve ${approval.approvalId}`,
    `    ${approval.ifApproved}`,
    `  npm run cli -- approvals ignore ${approval.approvalId}`,
    `    ${approval.ifIgnored}`,
  ];
}

async function decide(
  { terminal, wantsJson }: Invocation,
  job: Job,
  decision: 'approve' | 'ignore',
  approvalId: string,
): Promise<ExitCode> {
  const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(approvalId);
  const outcome = isId ? await decideApproval(job, approvalId, decision, BY_CLI) : 'unknown';
  if (outcome === 'unknown')
    throw new CliProblem(`There is no approval ${approvalId}: "approvals" lists them.`, EXIT.wrongUse);
  if (outcome === 'decided')
    throw new CliProblem(
      'It was decided before, or what had gone away is back: "approvals" shows what is left.',
    );
  if (wantsJson) terminal.json({ approvalId, decision });
  else terminal.say("Taken. The server's next look does it.");
  return EXIT.done;
}
