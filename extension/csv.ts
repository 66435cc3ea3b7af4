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

/** Hands a text, or what the server made, to the browser as a file. */
export function download(fileName: string, content: string | Blob): void {
  const file =
    typeof content === 'string' ? new Blob([content], { type: 'text/csv;charset=utf-8' }) : content;
  withAddress(file, (url) => {
    const link = document.createElement('a');
    link.href = url;
    link.download = fileName;
    document.body.append(link);
    link.click();
    link.remove();
  });
}

/** Shows a file in a page of its own, where it can be read and printed; saves it where the browser opens none. */
export function openFile(fileName: string, file: Blob): void {
  withAddress(file, (url) => {
    if (window.open(url, '_blank') === null) download(fileName, file);
  });
}

/** The browser needs the address for a while after the click: a page that shows the file may still be loading it. */
const ADDRESS_LASTS_MS = 60_000;

function withAddress(file: Blob, use: (url: string) => void): void {
  const url = URL.createObjectURL(file);
  use(url);
  setTimeout(() => URL.revokeObjectURL(url), ADDRESS_LASTS_MS);
}
