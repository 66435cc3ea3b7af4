import { useEffect, useState } from 'react';
import type { Problem } from '../problem.ts';
import { readAddress } from '../settings.ts';
import { describeServer } from '../signIn.ts';

export type AddressCheck =
  | { state: 'empty' }
  | { state: 'asking' }
  | { state: 'fine'; version: string }
  | { state: 'wrong'; problem: Pick<Problem, 'message'> };

/** People pause this long when they have typed what they meant. */
const STILL_MS = 450;

/** What is at an address, asked once the typing is still. */
export function useAddressCheck(typed: string): AddressCheck {
  const [check, setCheck] = useState<AddressCheck>({ state: 'empty' });
  useEffect(() => {
    const read = readAddress(typed);
    if (!read.ok && read.error.kind === 'empty') {
      setCheck({ state: 'empty' });
      return undefined;
    }
    setCheck({ state: 'asking' });
    let isStale = false;
    const timer = window.setTimeout(() => {
      if (!read.ok) return setCheck({ state: 'wrong', problem: read.error });
      void describeServer(read.value).then((answer) => {
        if (isStale) return;
        if (answer.ok) setCheck({ state: 'fine', version: answer.value.version });
        else setCheck({ state: 'wrong', problem: answer.error });
      });
    }, STILL_MS);
    return () => {
      isStale = true;
      window.clearTimeout(timer);
    };
  }, [typed]);
  return check;
}
