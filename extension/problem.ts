import { isLocal } from './settings.ts';

/** Something that did not work, in words that end with the way out. */
export type Problem = {
  kind:
    | 'unreachable'
    | 'localAddress'
    | 'takesLong'
    | 'wrongProduct'
    | 'signedOut'
    | 'forbidden'
    | 'moved'
    | 'tooMany'
    | 'away'
    | 'unlike'
    | 'refused';
  title: string;
  message: string;
};

/** A browser says of a call that did not come through nothing but that it failed: the address tells what is likely. */
export function unreachable(address: string): Problem {
  if (isLocal(address) && window.location.protocol === 'https:') {
    return {
      kind: 'localAddress',
      title: 'The browser does not allow this address',
      message: `A page of airtable.com may not call ${address}, which is on your own machine or network. Give the server a public https address, for instance with a tunnel, and set PUBLIC_URL to it.`,
    };
  }
  return {
    kind: 'unreachable',
    title: 'The sync server does not answer',
    message: `Nothing answered at ${address}. Check the address and that the server runs. If it does, it may not know this page: add ${window.location.origin} to CORS_ORIGINS.`,
  };
}

/** It was given up here: of a server that is not there, or does not know this page, a browser says so at once. */
export function takesLong(address: string): Problem {
  return {
    kind: 'takesLong',
    title: 'This takes longer than usual',
    message: `${address} was silent for so long that the panel no longer waits. What was asked of it may still be under way: look again in a minute. If it stays so, look whether the server is busy or cannot reach its database ("npm run cli -- doctor" where it runs), and whether your line is slow.`,
  };
}

export function wrongProduct(address: string): Problem {
  return {
    kind: 'wrongProduct',
    title: 'This is not the sync server',
    message: `Something answers at ${address}, but it is another program. Use the address that the server prints when it starts (PUBLIC_URL).`,
  };
}

export const SIGNED_OUT: Problem = {
  kind: 'signedOut',
  title: 'You are signed out',
  message: 'Your session has ended. Sign in again: nothing that was under way is lost.',
};

/** A server's own words go first: it knows more than its status. */
export function problemOfStatus(status: number, message: string | null): Problem {
  if (status === 401) return SIGNED_OUT;
  if (status === 403) {
    const why = message ?? 'Your role does not allow this. Ask an admin of the connection.';
    return { kind: 'forbidden', title: 'Not allowed', message: why };
  }
  if (status === 409) {
    const why = message ?? 'Something has changed meanwhile. Look again and choose anew.';
    return { kind: 'moved', title: 'Not possible right now', message: why };
  }
  if (status === 429) {
    const why = message ?? 'Too many requests. It goes on by itself in a moment.';
    return { kind: 'tooMany', title: 'One moment', message: why };
  }
  if (status >= 500) {
    const why = message ?? 'The server has a problem of its own. Try again in a minute.';
    return { kind: 'away', title: 'The server cannot answer now', message: why };
  }
  return {
    kind: 'refused',
    title: 'This did not work',
    message: message ?? `The server refused the request (${status}).`,
  };
}

export const UNLIKE: Problem = {
  kind: 'unlike',
  title: 'The server speaks another version',
  message:
    'Its answer cannot be read. Reload the extension; if that does not help, bring server and extension to the same version.',
};
