import { formatCents } from '../../../shared/money.ts';
import { INTENT_KINDS, SENT_AGAIN_BY_ITSELF } from '../../../shared/planned/kinds.ts';
import { unreachable } from '../../../shared/result.ts';
import type { IntentRow } from '../../db/intents.ts';
import type { UndoStep } from '../audit/undoSteps.ts';

/**
 * What the undo of a push does about an intent that is not booked: what has never left is withdrawn, and what may be in
 * Buildium already is named until that is clear. Null where nothing can come of it any more.
 */
export function unsettledStep(intent: IntentRow): Pick<UndoStep, 'what' | 'sentence'> | null {
  const { state, action, kind, sentAt } = intent;
  const named = unsettledName(intent);
  const notYet = (sentence: string): Pick<UndoStep, 'what' | 'sentence'> => ({
    what: 'notYet',
    sentence: `${sentence} undo this push again.`,
  });
  switch (state) {
    case 'waiting':
      if (sentAt !== null)
        return notYet(`${named} is about to be sent again. Once its outcome is clear, within minutes,`);
      return {
        what: 'withdrawal',
        sentence: `${named} has not been sent yet: it is withdrawn, and nothing is ${action === 'create' ? 'booked' : 'changed'}.`,
      };
    case 'sending':
      return notYet(
        `${named} is under way to Buildium at this moment. Once its outcome is clear, within minutes,`,
      );
    case 'unknown': {
      const isSentAgain = action === 'change' || SENT_AGAIN_BY_ITSELF.includes(kind);
      const next = isSentAgain ? ', and sent again if it is not there' : '';
      const choice = action === 'create' ? ' or drop it under Push' : '';
      return notYet(
        `Nobody knows yet whether Buildium has taken ${lowerFirst(named)}: it is looked for there by itself${next}. Wait for its outcome${choice}, then`,
      );
    }
    case 'asking':
      return notYet(`${named} waits for your decision. Say under Push what has become of it, then`);
    case 'created':
    case 'done':
    case 'refused':
    case 'dropped':
      return null;
    default:
      return unreachable(state);
  }
}

function unsettledName({ kind, action, entityId, amountCents, day }: IntentRow): string {
  const label = INTENT_KINDS[kind];
  return action === 'create'
    ? `${label} of ${formatCents(amountCents)} on ${day}`
    : `The change of ${lowerFirst(label)} ${entityId ?? ''}`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
