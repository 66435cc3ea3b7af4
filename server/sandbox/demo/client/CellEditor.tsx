import { useState, type KeyboardEvent } from 'react';
import type { CellValue, Column } from '../page/view.ts';
import { editable } from './grid.ts';

/** Where a cell's new value is typed. Enter and leaving it save, Escape doesn't. */
export function CellEditor(props: {
  column: Column;
  value: CellValue | undefined;
  /** What was typed to open it, in place of the old value. */
  text: string | undefined;
  onFinish(text: string): void;
  onCancel(): void;
}) {
  const { column, value, onFinish, onCancel } = props;
  const before = editable(value, column);
  const [text, setText] = useState(props.text ?? before);
  const finish = (now: string): void => (now === before ? onCancel() : onFinish(now));
  const pressed = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === 'Escape') onCancel();
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      finish(text);
    }
  };
  const type = column.kind === 'date' ? 'date' : 'text';
  return (
    <input
      className="cell-editor"
      aria-label={`New ${column.name}`}
      autoFocus
      type={type}
      value={text}
      autoComplete="off"
      onKeyDown={pressed}
      onFocus={(event) => props.text === undefined && type === 'text' && event.target.select()}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => finish(text)}
    />
  );
}
