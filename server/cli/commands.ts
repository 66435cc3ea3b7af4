import { allowEditsCommand } from './allowEdits.ts';
import { approvalsCommand } from './approvals.ts';
import { auditCommand } from './audit.ts';
import { codeCommand } from './code.ts';
import type { Command } from './command.ts';
import { connectionsCommand } from './connections.ts';
import { doctorCommand } from './doctor.ts';
import { exportCommand } from './export.ts';
import { forgetCommand } from './forget.ts';
import { keysCommand } from './keys.ts';
import { noiCommand } from './noi.ts';
import { pairCommand } from './pair.ts';
import { pauseCommand, resumeCommand } from './pause.ts';
import { reconcileCommand } from './reconcile.ts';
import { redriveCommand } from './redrive.ts';
import { repairCommand } from './repair.ts';
import { replayCommand } from './replay.ts';
import { setupCommand } from './setup.ts';
import { statusCommand } from './status.ts';
import { sweepCommand } from './sweep.ts';
import { tokenCommand } from './token.ts';

/** In the order in which an operator meets them. */
export const COMMANDS: readonly Command[] = [
  setupCommand,
  doctorCommand,
  statusCommand,
  pairCommand,
  repairCommand,
  sweepCommand,
  reconcileCommand,
  noiCommand,
  exportCommand,
  redriveCommand,
  replayCommand,
  pauseCommand,
  resumeCommand,
  approvalsCommand,
  allowEditsCommand,
  auditCommand,
  forgetCommand,
  connectionsCommand,
  tokenCommand,
  codeCommand,
  keysCommand,
];
