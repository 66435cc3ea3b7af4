import { codeCommand } from './code.ts';
import type { Command } from './command.ts';
import { connectionsCommand } from './connections.ts';
import { doctorCommand } from './doctor.ts';
import { keysCommand } from './keys.ts';
import { pairCommand } from './pair.ts';
import { pauseCommand, resumeCommand } from './pause.ts';
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
  redriveCommand,
  replayCommand,
  pauseCommand,
  resumeCommand,
  connectionsCommand,
  tokenCommand,
  codeCommand,
  keysCommand,
];
