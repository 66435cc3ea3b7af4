import { unreachable } from '../../shared/result.ts';
import { timesInWords } from '../../shared/timesInWords.ts';
import type { Finding } from '../jobs/watch/finding.ts';
import type { Terminal } from './terminal.ts';

/** @param timeZone the connection's; this machine's where there is none yet. */
export function sayFindings(
  terminal: Pick<Terminal, 'say'>,
  findings: readonly Finding[],
  timeZone?: string,
): void {
  for (const { level, about, message, whatToDo } of findings) {
    terminal.say(`${signOf(level)} ${about}: ${timesInWords(message, timeZone)}`);
    if (whatToDo !== null) terminal.say(`    ${whatToDo}`);
  }
}

export function hasProblem(findings: readonly Finding[]): boolean {
  return findings.some((finding) => finding.level === 'problem');
}

function signOf(level: Finding['level']): string {
  switch (level) {
    case 'ok':
      return '  ✓';
    case 'note':
      return '  ·';
    case 'problem':
      return '  ✗';
    default:
      return unreachable(level);
  }
}
