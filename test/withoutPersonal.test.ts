import { expect, test } from '@jest/globals';
import { textsIn, withoutPersonal } from '../server/withoutPersonal.ts';

test.each([
  ["'jane@x' is not a valid email", ['jane@x'], "'[withheld]' is not a valid email"],
  ['JANE@MAIL.EXAMPLE exists already', ['jane@mail.example'], '[withheld] exists already'],
  ['Number +1 617-555-0177 is not valid', ['(617) 555-0177'], 'Number +1 [withheld] is not valid'],
  ['12 Elm Street, Unit 3 is unknown', ['12 Elm Street, Unit 3', 'Elm'], '[withheld] is unknown'],
  ['Street "12 Elm  Street" is unknown', ['12 Elm Street'], 'Street "[withheld]" is unknown'],
  ['FirstName: Renée is too long', ['Renée'], 'FirstName: [withheld] is too long'],
  ['Anne-Marie O’Neil-Smith is refused', ['O’Neil-Smith', 'Anne-Marie'], '[withheld] [withheld] is refused'],
  ['a. (b) [c] is refused', ['a. (b) [c'], '[withheld]] is refused'],
])('of "%s" the field and the rule are left', (text, values, left) => {
  expect(withoutPersonal(text, values)).toBe(left);
});

test.each([
  ['State MA is not a state of Canada', ['MA', '']],
  ['The information is incomplete', ['form']],
  ['Write to help@buildium.example', []],
])('"%s" is left as it is', (text, values) => {
  expect(withoutPersonal(text, values)).toBe(text);
});

test('a value may hold any sign of the keyboard', () => {
  const signs = String.fromCharCode(...Array.from({ length: 95 }, (_, index) => 32 + index)).trim();
  expect(withoutPersonal(`Memo: "${signs}" is too long`, [signs])).toBe('Memo: "[withheld]" is too long');
});

test.each([65_535, 100_000, 145])('a comment of %d characters is withheld, quoted whole or cut', (length) => {
  const comment = 'Rings twice; her daughter’s number is 617 555 0142. 🏠 '
    .repeat(2_000)
    .slice(0, length)
    .trim();
  const told = `Comment: "${comment.toUpperCase()}" is too long, "${comment.slice(0, 99)}…"`;
  const said = withoutPersonal(told, [comment]);
  expect(said.slice(0, 200)).toBe('Comment: "[withheld]" is too long, "[withheld]…"');
});

test('the texts of a body are found however deep they lie', () => {
  const body = { Email: 'a@b', Address: { Lines: ['12 Elm Street', null] }, Id: 7 };
  expect(textsIn(body)).toEqual(['a@b', '12 Elm Street']);
});
