import { describe, expect, test } from '@jest/globals';
import { ALL_SCOPES } from '../../../server/sandbox/airtable/auth.ts';
import { at, error, list, NO_SUCH_RECORD, testWorld, text } from './support.ts';

function commented() {
  const sandbox = testWorld();
  const jobs = sandbox.table('Jobs');
  const id = jobs.create({ Name: 'Roof' });
  return { ...sandbox, jobs, path: `${jobs.path}/${id}/comments` };
}

describe('comments', () => {
  test('have an author and times, and are listed from the newest', () => {
    const { ok, world, time, path } = commented();
    const first = ok('POST', path, { text: 'First' });
    const madeAt = new Date(time.nowMs).toISOString();
    const [author] = world.users.values();
    expect(first).toEqual({
      id: expect.stringMatching(/^com\w{14}$/) as unknown,
      author,
      text: 'First',
      createdTime: madeAt,
      lastUpdatedTime: null,
    });
    ok('POST', path, { text: 'Answer', parentCommentId: at(first, 'id') });
    expect(ok('GET', path)).toMatchObject({
      comments: [{ text: 'Answer', parentCommentId: at(first, 'id') }, { text: 'First' }],
      offset: null,
    });
  });

  test('come in pages', () => {
    const { ok, path } = commented();
    for (let count = 0; count < 5; count += 1) ok('POST', path, { text: `${count}` });
    const first = ok('GET', `${path}?pageSize=3`);
    const second = ok('GET', `${path}?pageSize=3&offset=${text(first, 'offset')}`);
    const texts = [first, second].flatMap((page) =>
      list(page, 'comments').map((comment) => at(comment, 'text')),
    );
    expect(texts).toEqual(['4', '3', '2', '1', '0']);
  });

  test('name whom they mention', () => {
    const { ok, world, path } = commented();
    const [user] = world.users.values();
    expect(ok('POST', path, { text: `Ask @[${user?.id}]` })).toMatchObject({
      mentioned: { [String(user?.id)]: { type: 'user', displayName: user?.name } },
    });
  });

  test('are changed and deleted by their author alone', () => {
    const { ok, call, base, world, time, path } = commented();
    const id = text(ok('POST', path, { text: 'Mine' }), 'id');
    const other = world.addUser({ email: 'pat@example.com', name: 'Pat' });
    base.collaborators.set(other.id, 'create');
    const { secret } = world.addToken({ userId: other.id, scopes: ALL_SCOPES });
    expect(call('PATCH', `${path}/${id}`, { text: 'Yours' }, secret).body).toEqual(
      error('INVALID_PERMISSIONS', 'You are not permitted to perform this operation'),
    );
    expect(ok('PATCH', `${path}/${id}`, { text: 'Changed' })).toMatchObject({
      text: 'Changed',
      lastUpdatedTime: new Date(time.nowMs).toISOString(),
    });
    expect(ok('DELETE', `${path}/${id}`)).toEqual({ id, deleted: true });
    expect(call('DELETE', `${path}/${id}`).body).toEqual(error('MODEL_ID_NOT_FOUND', 'Record not found'));
  });

  test('of a missing record are 404, and empty ones are refused', () => {
    const { call, jobs, path } = commented();
    expect(call('GET', `${jobs.path}/${NO_SUCH_RECORD}/comments`)).toEqual({
      status: 404,
      body: error('MODEL_ID_NOT_FOUND', 'Record not found'),
    });
    expect(call('POST', path, { text: '' }).status).toBe(422);
  });
});

describe('uploading an attachment', () => {
  const FILES = { name: 'Files', type: 'multipleAttachments' };
  const file = (content: string | Buffer) => ({
    contentType: 'text/plain',
    filename: 'note.txt',
    file: Buffer.from(content).toString('base64'),
  });

  function attached() {
    const sandbox = testWorld();
    const jobs = sandbox.table('Jobs', [FILES]);
    const id = jobs.create({ Name: 'Roof', Files: [{ url: 'https://example.com/a.pdf' }] });
    const upload = (field: string, body: object) =>
      sandbox.call('POST', `/${sandbox.baseId}/${id}/${field}/uploadAttachment`, body);
    const fetchFile = (url: string, nowMs: number) => {
      const { pathname, searchParams } = new URL(url);
      return sandbox.world.handle(
        { method: 'GET', path: pathname, query: searchParams, headers: {}, rawBody: '' },
        nowMs,
      );
    };
    return { ...sandbox, jobs, id, upload, fetchFile };
  }

  test('adds the file, answers by field id, and serves it for two hours', () => {
    const { jobs, id, upload, fetchFile, time } = attached();
    const answer = upload('Files', file('hello'));
    expect(answer.status).toBe(200);
    const files = list(at(answer.body, 'fields'), jobs.field('Files'));
    expect(files[1]).toMatchObject({ filename: 'note.txt', type: 'text/plain', size: 5 });
    expect(list(jobs.cells(id), 'Files')).toHaveLength(2);
    const url = text(files[1], 'url');
    const served = fetchFile(url, time.nowMs + 60_000);
    expect(served.status).toBe(200);
    expect(new TextDecoder().decode(served.body as Uint8Array)).toBe('hello');
    expect(fetchFile(url, time.nowMs + 2 * 3_600_000 + 1).status).toBe(410);
    expect(fetchFile(url.replace(/\w+\/note/, 'guess/note'), time.nowMs).status).toBe(404);
    expect(text(list(jobs.cells(id), 'Files')[1], 'url')).toBe(url);
    time.nowMs += 2 * 3_600_000;
    expect(text(list(jobs.cells(id), 'Files')[1], 'url')).not.toBe(url);
  });

  test('refuses what is too large, not base64, or for another type of field', () => {
    const { upload } = attached();
    expect(upload('Files', file(Buffer.alloc(5 * 1024 * 1024 + 1))).status).toBe(413);
    expect(upload('Files', { ...file('x'), file: '§' }).status).toBe(422);
    expect(upload('Name', file('x'))).toEqual({ status: 422, body: error('FAILED_STATE_CHECK') });
    expect(upload('Nope', file('x')).status).toBe(422);
  });
});
