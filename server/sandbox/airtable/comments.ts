import * as z from 'zod';
import { invalidPermissions, invalidRequest, recordNotFound } from './errors.ts';
import { bodyOf } from './meta.ts';
import type { Base } from './base.ts';
import type { Comment, Row } from './model.ts';
import { baseOperation, onlyKeys, tableOf } from './operation.ts';
import type { BaseCall, Input } from './operation.ts';

const READ = { kind: 'comments', scopes: ['data.recordComments:read'], level: 'read' } as const;
const WRITE = { kind: 'comments', scopes: ['data.recordComments:write'], level: 'comment' } as const;

const text = z.string().min(1);

function rowOf(call: BaseCall): Row {
  const row = tableOf(call).rows.get(call.params['record'] ?? '');
  if (!row) throw recordNotFound();
  return row;
}

/** A comment that the caller wrote; nobody changes another's. */
function ownComment(call: BaseCall): { row: Row; comment: Comment } {
  const row = rowOf(call);
  const comment = row.comments.find((candidate) => candidate.id === call.params['comment']);
  if (!comment) throw recordNotFound();
  if (comment.authorId !== call.user.id) throw invalidPermissions();
  return { row, comment };
}

/** Users that a text mentions as `@[usr…]`. */
function mentioned(base: Base, comment: Comment): Record<string, unknown> {
  const ids = [...comment.text.matchAll(/@\[(usr\w{14})\]/g)].map((match) => match[1] ?? '');
  const known = ids.flatMap((id) => base.users.get(id) ?? []);
  return Object.fromEntries(
    known.map((user) => [user.id, { type: 'user', id: user.id, displayName: user.name, email: user.email }]),
  );
}

function commentJson(base: Base, comment: Comment): Record<string, unknown> {
  const mentions = mentioned(base, comment);
  return {
    id: comment.id,
    author: base.users.get(comment.authorId),
    text: comment.text,
    createdTime: new Date(comment.createdMs).toISOString(),
    lastUpdatedTime: comment.updatedMs === null ? null : new Date(comment.updatedMs).toISOString(),
    ...(comment.parentCommentId ? { parentCommentId: comment.parentCommentId } : {}),
    ...(Object.keys(mentions).length > 0 ? { mentioned: mentions } : {}),
  };
}

export const listComments = baseOperation({
  ...READ,
  parse({ request }: Input): { pageSize: number; from: number } {
    onlyKeys(request.query.keys(), ['pageSize', 'offset']);
    const pageSize = Number(request.query.get('pageSize') ?? 100);
    const from = Number((request.query.get('offset') ?? 'itr0').replace(/^itr/, ''));
    if (!Number.isInteger(pageSize) || pageSize < 1 || pageSize > 100 || !Number.isInteger(from))
      throw invalidRequest();
    return { pageSize, from };
  },
  run(call, { pageSize, from }) {
    const newestFirst = rowOf(call).comments.toReversed();
    const next = from + pageSize;
    return {
      comments: newestFirst.slice(from, next).map((comment) => commentJson(call.base, comment)),
      offset: next < newestFirst.length ? `itr${next}` : null,
    };
  },
});

export const createComment = baseOperation({
  ...WRITE,
  parse: ({ request }: Input) =>
    bodyOf(request, z.strictObject({ text, parentCommentId: z.string().optional() })),
  run(call, given) {
    const row = rowOf(call);
    const { parentCommentId } = given;
    if (parentCommentId !== undefined && !row.comments.some(({ id }) => id === parentCommentId))
      throw recordNotFound();
    const comment: Comment = {
      id: call.world.newId('com'),
      authorId: call.user.id,
      text: given.text,
      createdMs: call.nowMs,
      updatedMs: null,
      ...(parentCommentId === undefined ? {} : { parentCommentId }),
    };
    row.comments.push(comment);
    return commentJson(call.base, comment);
  },
});

export const updateComment = baseOperation({
  ...WRITE,
  parse: ({ request }: Input) => bodyOf(request, z.strictObject({ text })),
  run(call, given) {
    const { comment } = ownComment(call);
    comment.text = given.text;
    comment.updatedMs = call.nowMs;
    return commentJson(call.base, comment);
  },
});

export const deleteComment = baseOperation({
  ...WRITE,
  parse: () => undefined,
  run(call) {
    const { row, comment } = ownComment(call);
    row.comments.splice(row.comments.indexOf(comment), 1);
    return { id: comment.id, deleted: true };
  },
});
