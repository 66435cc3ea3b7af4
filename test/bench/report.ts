import { cpus, totalmem } from 'node:os';
import type { Measurement } from './measurement.ts';

const QUICK = 'Smaller sizes (--quick): this shows that everything works, and is no measure of the goals.';

export function asObject(measured: readonly Measurement[], quick: boolean): object {
  return {
    quick,
    ...(quick ? { note: QUICK } : {}),
    at: new Date().toISOString(),
    machine: machine(),
    isMet: measured.every(({ isMet }) => isMet),
    measurements: measured,
  };
}

export function asTable(measured: readonly Measurement[], quick: boolean): string {
  const rows = [
    ['Measurement', 'Wanted', 'Achieved', ''],
    ...measured.map(({ name, wanted, achieved, isMet }) => [
      name,
      wanted,
      achieved,
      isMet ? 'met' : 'MISSED',
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const details = measured.map(
    ({ name, details: behind }) => `\n${name}\n${JSON.stringify(behind, null, 2)}`,
  );
  return [...(quick ? [QUICK] : []), machine(), '', ...lines, ...details].join('\n');
}

function machine(): string {
  const [cpu] = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`;
  return `${cpus().length} × ${cpu?.model.trim() ?? 'processor'}, ${memory}, Node ${process.version}`;
}
