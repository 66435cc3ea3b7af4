import { useFieldId } from './Field.tsx';

export type MeterProps = {
  label: string;
  /** What stands beside the label: "84,120 of 100,000". */
  words: string;
  /** 0 to 1; null where there is no end to it. */
  share: number | null;
  note?: string;
  tone?: 'info' | 'warning' | 'error';
};

export function Meter({ label, words, share, note, tone = 'info' }: MeterProps) {
  const id = useFieldId();
  const percent = share === null ? 0 : Math.min(100, Math.max(0, share * 100));
  return (
    <div className="meter">
      <div className="meter-head">
        <span id={id}>{label}</span>
        <span className="meter-words">{words}</span>
      </div>
      {share !== null && (
        <div
          className="meter-track"
          role="progressbar"
          aria-labelledby={id}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(percent)}
          aria-valuetext={words}
        >
          <div className={`meter-fill meter-${tone}`} style={{ width: `${percent}%` }} />
        </div>
      )}
      {note !== undefined && <p className="field-hint">{note}</p>}
    </div>
  );
}
