import { isBlank, sameValue, type FieldValue } from '../../shared/resources/values.ts';

/**
 * One field as both sides show it now and as they were last agreed.
 * Two synced values, since a side may normalise what it is given: each is measured against its own.
 */
export type FieldView = {
  buildium: FieldValue;
  airtable: FieldValue;
  /** Absent: the two were never agreed on this field. */
  synced?: { buildium: FieldValue; airtable: FieldValue } | undefined;
  /** Whether the side shows a value that we sent it and have not settled yet. */
  buildiumShowsSent: boolean;
  airtableShowsSent: boolean;
  /** A row was made unheard, with a value in this field: a blank there may be somebody's. */
  wasFilled: boolean;
  /** We made the row, and all that we ever sent to it in this field is what Buildium still shows. */
  wasMadeSo: boolean;
  /** The field may flow from Airtable to Buildium. */
  writable: boolean;
};

export type FieldOutcome =
  /** Both sides show the same: remember it. */
  | { kind: 'agreed' }
  /** They were agreed on Buildium's value when the row was made: once that is remembered, Airtable's is an edit. */
  | { kind: 'agreedThen' }
  | { kind: 'toAirtable' }
  /** A one-way field was changed in Airtable: Buildium's value goes back, and the audit says so. */
  | { kind: 'putBack' }
  | { kind: 'toBuildium' }
  | { kind: 'conflict' };

/**
 * What to do about one field: the table of the design page. A side has moved when it shows neither its
 * synced value nor a value that we sent it.
 */
export function mergeField(view: FieldView): FieldOutcome {
  if (sameValue(view.buildium, view.airtable)) return { kind: 'agreed' };
  if (!view.synced) return withoutAncestor(view);
  const buildiumMoved = !sameValue(view.buildium, view.synced.buildium) && !view.buildiumShowsSent;
  const airtableMoved = !sameValue(view.airtable, view.synced.airtable) && !view.airtableShowsSent;
  if (buildiumMoved && airtableMoved) return view.writable ? { kind: 'conflict' } : { kind: 'putBack' };
  if (buildiumMoved) return { kind: 'toAirtable' };
  if (airtableMoved) return view.writable ? { kind: 'toBuildium' } : { kind: 'putBack' };
  return settled(view, view.synced);
}

/**
 * Neither side moved and they differ. Either a side normalises the value (each still shows its own synced
 * value: agreed), or a value that we sent has arrived on one side: the other side's value goes to it.
 */
function settled(view: FieldView, synced: { buildium: FieldValue; airtable: FieldValue }): FieldOutcome {
  const buildiumKept = sameValue(view.buildium, synced.buildium);
  const airtableKept = sameValue(view.airtable, synced.airtable);
  if (buildiumKept && airtableKept) return { kind: 'agreed' };
  if (buildiumKept) return { kind: 'toAirtable' };
  // An earlier value that we sent ourselves is back in the row: nobody has typed it there.
  if (view.airtableShowsSent) return { kind: 'toAirtable' };
  return view.writable && airtableKept ? { kind: 'toBuildium' } : { kind: 'toAirtable' };
}

/**
 * Never agreed: a blank takes the other side's value, two values are a person's to choose between. So is a blank where
 * we have filled something in: nobody knows of its arrival, and only somebody's hand takes it away. Where it is known to
 * have arrived, and Buildium still shows it, Airtable alone has moved.
 */
function withoutAncestor(view: FieldView): FieldOutcome {
  if (view.airtableShowsSent) return { kind: 'toAirtable' };
  if (isBlank(view.airtable) && !(view.wasFilled && view.writable)) return { kind: 'toAirtable' };
  if (!view.writable) return { kind: 'putBack' };
  if (view.wasMadeSo) return { kind: 'agreedThen' };
  return isBlank(view.buildium) ? { kind: 'toBuildium' } : { kind: 'conflict' };
}
