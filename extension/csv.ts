/** A spreadsheet would run such a cell as a formula. */
const RUNS_AS_FORMULA = /^[=+\-@\t\r]/;

/** RFC 4180, with a byte order mark, since Excel reads UTF-8 by no other sign. */
export function csvOf(head: readonly string[], rows: readonly (readonly (string | null)[])[]): string {
  const lines = [head, ...rows].map((row) => row.map((cell) => cellOf(cell ?? '')).join(','));
  return `\uFEFF${lines.join('\r\n')}\r\n`;
}

function cellOf(text: string): string {
  const safe = RUNS_AS_FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Hands a text to the browser as a file. */
export function download(fileName: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  document.body.append(link);
  link.click();
  link.remove();
  // The browser needs the address for a moment after the click.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
