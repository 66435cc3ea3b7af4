import { useRowName } from '../sdk.ts';

export type RowNameProps = { tableName: string | null; recordId: string | null; otherwise: string };

/** A row by the name that people gave it; by its kind and id until that is known. */
export function RowName({ tableName, recordId, otherwise }: RowNameProps) {
  const name = useRowName(tableName, recordId);
  return <span className="row-name">{name ?? otherwise}</span>;
}
