/** Points; a US letter page is 612 by 792 of them. */
const MARGIN = 54;
const WIDTH = 612 - 2 * MARGIN;
const BOTTOM = 792 - MARGIN - 18;
const LINE = 12.5;
const NOTE_SIZE = 8.5;
/** Between the last rows and the notes that room is kept for. */
const NOTES_GAP = 24;
/** Notes that are longer go on to the next page. */
const NOTES_AT_MOST = 300;

const INK = '#1f2933';
const FAINT = '#616e7c';
const RULE = '#cbd2d9';
const BAND = '#eef2f6';

export type RowStyle = 'plain' | 'total' | 'grand';

/** `from` and `to` are parts of the page's width; figures stand at the right of theirs. */
export type TableColumn = { title: string; from: number; to: number; align?: 'left' | 'right' };

/** A document of headings and of rows with an amount at the right edge, broken into pages by itself. */
export type Page = {
  letterhead(left: readonly string[], right: readonly string[]): void;
  addressee(name: string, beside: string): void;
  heading(text: string, beside?: string): void;
  label(text: string): void;
  note(text: string): void;
  paragraph(text: string): void;
  /** A table's head now and on every page that it goes on to. @returns what writes a line, one text a column. */
  table(columns: readonly TableColumn[]): (cells: readonly string[]) => void;
  row(text: string, amount: string, options?: { style?: RowStyle; middle?: string; indent?: boolean }): void;
  gap(points?: number): void;
  /** Starts a new page unless so much is left on this one: what belongs together stays together. */
  keep(points: number): void;
  /** What is drawn from here on leaves room for these notes beneath it: they never stand alone on a page. */
  keepNotes(notes: readonly string[]): void;
  /** Boxes side by side: what a reader looks for first. */
  boxes(boxes: readonly { label: string; amount: string }[]): void;
  finish(footer: string): Promise<Buffer>;
};

/**
 * The same calls make the same bytes: dates are given, the file's id follows from them, and the fonts are those that
 * every reader has. The library is large and loaded with the first document: most processes make none.
 */
export async function createPage(about: { title: string; author: string; madeAt: string }): Promise<Page> {
  const { default: PDFDocument } = await import('pdfkit');
  const madeAt = new Date(about.madeAt);
  const pdf = new PDFDocument({
    size: 'LETTER',
    margins: { top: MARGIN, bottom: 0, left: MARGIN, right: MARGIN },
    bufferPages: true,
    info: {
      Title: printable(about.title),
      Author: printable(about.author),
      CreationDate: madeAt,
      ModDate: madeAt,
    },
  });
  const chunks: Buffer[] = [];
  pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
  let y = MARGIN;
  let bottom = BOTTOM;
  const nextPage = (): void => {
    pdf.addPage();
    y = MARGIN;
  };
  const keep = (points: number): void => {
    if (y + points > bottom) nextPage();
  };
  const heightOf = (given: string, size: number): number =>
    pdf.font('Helvetica').fontSize(size).heightOfString(printable(given), { width: WIDTH }) + 4;
  const wrapped = (given: string, size: number, color: string): void => {
    const height = heightOf(given, size);
    keep(height);
    pdf.fillColor(color).text(printable(given), MARGIN, y, { width: WIDTH });
    y += height;
  };
  const text = (
    given: string,
    x: number,
    width: number,
    options: { bold?: boolean; size?: number; color?: string; align?: 'left' | 'right' } = {},
  ): void => {
    const { bold = false, size = 9.5, color = INK, align = 'left' } = options;
    pdf
      .font(bold ? 'Helvetica-Bold' : 'Helvetica')
      .fontSize(size)
      .fillColor(color);
    pdf.text(fitted(pdf, printable(given), width), x, y, { width, align, lineBreak: false });
  };
  const rule = (color = RULE, width = 0.75): void => {
    pdf
      .moveTo(MARGIN, y)
      .lineTo(MARGIN + WIDTH, y)
      .lineWidth(width)
      .strokeColor(color)
      .stroke();
  };
  return {
    letterhead: (left, right) => {
      const top = y;
      for (const [index, line] of left.entries()) {
        const isFirst = index === 0;
        text(line, MARGIN, WIDTH / 2, {
          bold: isFirst,
          size: isFirst ? 13 : 9,
          color: isFirst ? INK : FAINT,
        });
        y += isFirst ? 18 : 12;
      }
      const leftEnd = y;
      y = top;
      for (const [index, line] of right.entries()) {
        const isFirst = index === 0;
        const style = { bold: isFirst, size: isFirst ? 16 : 9.5, align: 'right' as const };
        text(line, MARGIN + WIDTH / 2, WIDTH / 2, style);
        y += isFirst ? 22 : 13;
      }
      y = Math.max(y, leftEnd) + 8;
      rule(INK, 1.25);
      y += 14;
    },
    addressee: (name, beside) => {
      text('Prepared for', MARGIN, WIDTH / 2, { size: 8, color: FAINT });
      y += 12;
      text(name, MARGIN, WIDTH * 0.7, { bold: true, size: 12 });
      text(beside, MARGIN + WIDTH * 0.7, WIDTH * 0.3, { color: FAINT, align: 'right' });
      y += 24;
    },
    heading: (given, beside = '') => {
      keep(80);
      pdf.rect(MARGIN, y, WIDTH, 22).fill(BAND);
      y += 6;
      text(given, MARGIN + 8, WIDTH * 0.55, { bold: true, size: 11 });
      text(beside, MARGIN + WIDTH * 0.55, WIDTH * 0.45 - 8, { size: 8.5, color: FAINT, align: 'right' });
      y += 22;
    },
    label: (given) => {
      keep(3 * LINE);
      y += 4;
      text(given.toUpperCase(), MARGIN, WIDTH, { bold: true, size: 8, color: FAINT });
      y += LINE;
    },
    note: (given) => {
      // Room for it was kept.
      bottom = BOTTOM;
      wrapped(given, NOTE_SIZE, FAINT);
    },
    paragraph: (given) => wrapped(given, 9.5, INK),
    table: (columns) => {
      const line = (cells: readonly string[], isHead: boolean): void => {
        for (const [index, { from, to, align = 'left' }] of columns.entries()) {
          const style = isHead ? { bold: true, size: 8, color: FAINT, align } : { size: 9, align };
          text(cells[index] ?? '', MARGIN + WIDTH * from, WIDTH * (to - from), style);
        }
        y += LINE;
      };
      const head = (): void =>
        line(
          columns.map(({ title }) => title),
          true,
        );
      keep(3 * LINE);
      head();
      return (cells) => {
        if (y + LINE > bottom) {
          nextPage();
          head();
        }
        line(cells, false);
      };
    },
    row: (given, amount, { style = 'plain', middle = '', indent = true } = {}) => {
      keep(LINE + 4);
      if (style !== 'plain') {
        rule(style === 'grand' ? INK : RULE);
        y += 4;
      }
      const bold = style !== 'plain';
      const x = MARGIN + (style === 'plain' && indent ? 12 : 0);
      text(given, x, WIDTH * (middle === '' ? 0.78 : 0.58) - (x - MARGIN), { bold });
      if (middle !== '')
        text(middle, MARGIN + WIDTH * 0.58, WIDTH * 0.22, { size: 8.5, color: FAINT, align: 'right' });
      text(amount, MARGIN + WIDTH * 0.8, WIDTH * 0.2, { bold, align: 'right' });
      y += style === 'plain' ? LINE : LINE + 4;
    },
    gap: (points = 8) => {
      y += points;
    },
    keep,
    keepNotes: (notes) => {
      const needed = NOTES_GAP + notes.reduce((sum, note) => sum + heightOf(note, NOTE_SIZE), 0);
      bottom = BOTTOM - Math.min(needed, NOTES_AT_MOST);
    },
    boxes: (boxes) => {
      keep(56);
      const width = (WIDTH - 8 * (boxes.length - 1)) / boxes.length;
      for (const [index, { label, amount }] of boxes.entries()) {
        const x = MARGIN + index * (width + 8);
        pdf.rect(x, y, width, 44).lineWidth(0.75).strokeColor(RULE).stroke();
        const top = y;
        y = top + 8;
        text(label, x + 8, width - 16, { size: 8, color: FAINT });
        y = top + 22;
        text(amount, x + 8, width - 16, { bold: true, size: 12 });
        y = top;
      }
      y += 60;
    },
    finish: async (footer) => {
      const { count } = pdf.bufferedPageRange();
      for (let index = 0; index < count; index += 1) {
        pdf.switchToPage(index);
        y = 792 - MARGIN;
        text(footer, MARGIN, WIDTH * 0.8, { size: 7.5, color: FAINT });
        text(`Page ${index + 1} of ${count}`, MARGIN + WIDTH * 0.8, WIDTH * 0.2, {
          ...{ size: 7.5, color: FAINT, align: 'right' },
        });
      }
      const ended = new Promise<void>((resolve) => pdf.on('end', resolve));
      pdf.end();
      await ended;
      return Buffer.concat(chunks);
    },
  };
}

/** Cut with an ellipsis where it is wider than its place: amounts stay in their column. */
function fitted(pdf: PDFKit.PDFDocument, text: string, width: number): string {
  if (pdf.widthOfString(text) <= width) return text;
  let kept = text;
  while (kept.length > 1 && pdf.widthOfString(`${kept}…`) > width) kept = kept.slice(0, -1);
  return `${kept.trimEnd()}…`;
}

/** The built-in fonts know the letters of Western Europe: others lose their accents, or become a question mark. */
const KNOWN = /[\u0020-\u007e\u00a0-\u00ff\u2013\u2014\u2018\u2019\u201c\u201d\u2022\u2026\u20ac\u2122]/;

export function printable(text: string): string {
  return [...text.normalize('NFC')]
    .map((letter) => {
      if (KNOWN.test(letter)) return letter;
      if (letter === '\u2212') return '-';
      const plain = letter.normalize('NFD').replace(/\p{M}/gu, '');
      return [...plain].every((one) => KNOWN.test(one)) ? plain : '?';
    })
    .join('');
}
