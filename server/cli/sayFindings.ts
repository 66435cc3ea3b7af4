import { unreachable } from '../../shared/result.ts';
import type { Finding } from '../jobs/watch/finding.ts';
import type { Terminal } from './terminal.ts';

export function sayFindings(terminal: Pick<Terminal, 'say'>, findings: readonly Finding[]): void {
  for (const { level, about, message, whatToDo } of findings) {
    terminal.say(`${signOf(level)} ${about}: ${message}`);
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
