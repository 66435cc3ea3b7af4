import { timesInWords } from '../../shared/timesInWords.ts';

/** A sentence of the server: commands between backticks as code, moments in the reader's own time. */
export function Prose({ text }: { text: string }) {
  return (
    <>
      {timesInWords(text)
        .split('`')
        .map((part, index) => (index % 2 === 0 ? part : <code key={index}>{part}</code>))}
    </>
  );
}
