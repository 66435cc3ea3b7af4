import { LinkButton } from '../components/Button.tsx';
import { Prose } from '../components/Prose.tsx';
import { useOpenRow, useRowName } from '../sdk.ts';
import { resourceWords } from '../words.ts';

/** How the server's sentences name a row: by its id, after its name where it keeps that. */
const ROW = /“[^”]*” \((rec\w{14})\)|\b(rec\w{14})\b/;

/** A sentence of the server about a row: by the name that the base has for it, which opens it. */
export function RowProse({ text, resource }: { text: string; resource: string | null }) {
  const found = ROW.exec(text);
  const recordId = found?.[1] ?? found?.[2] ?? null;
  const tableName = recordId === null || resource === null ? null : resourceWords(resource).table;
  const name = useRowName(tableName, recordId);
  const openRow = useOpenRow();
  if (found === null || recordId === null || tableName === null || name === null)
    return <Prose text={text} />;
  return (
    <>
      <Prose text={text.slice(0, found.index)} />
      <LinkButton onClick={() => void openRow(tableName, recordId)}>{name}</LinkButton>
      <Prose text={text.slice(found.index + found[0].length)} />
    </>
  );
}
