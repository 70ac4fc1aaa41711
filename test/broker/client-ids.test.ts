import { expect, test } from 'vitest';
import { ANONYMOUS, type Principal } from '../../src/access/permissions.ts';
import { createClientIds } from '../../src/broker/client-ids.ts';

function station(id: number): Principal {
  return { id, kind: 'station', name: `s${id}`, filters: [] };
}

test('an identifier belongs to the credential that uses it, for as long as any of its connections lasts', () => {
  const ids = createClientIds(() => null);
  const [first, second] = [{}, {}];
  expect(ids.claim(first, 'board', station(1))).toBe(true);
  expect(ids.claim(second, 'board', station(1))).toBe(true);
  expect(ids.claim({}, 'board', station(2))).toBe(false);
  ids.release(first);
  expect(ids.ownerOf('board')).toBe(1);
  expect(ids.claim({}, 'board', station(2))).toBe(false);
  ids.release(second);
  expect(ids.ownerOf('board')).toBeNull();
  expect(ids.claim({}, 'board', station(2))).toBe(true);
});

test('an identifier belongs to the credential whose session waits for it', () => {
  const ids = createClientIds((clientId) => (clientId === 'board' ? 1 : null));
  expect(ids.claim({}, 'board', station(2))).toBe(false);
  expect(ids.claim({}, 'board', ANONYMOUS)).toBe(false);
  expect(ids.claim({}, 'other', station(2))).toBe(true);
  expect(ids.claim({}, 'board', station(1))).toBe(true);
});

test('what somebody without a credential uses anybody may take, and then it is theirs', () => {
  const ids = createClientIds(() => null);
  expect(ids.claim({}, 'board', ANONYMOUS)).toBe(true);
  expect(ids.claim({}, 'board', station(1))).toBe(true);
  expect(ids.claim({}, 'board', ANONYMOUS)).toBe(false);
  expect(ids.ownerOf('board')).toBe(1);
});

test('a client that was refused has nothing to release', () => {
  const ids = createClientIds(() => null);
  const [owner, refused] = [{}, {}];
  ids.claim(owner, 'board', station(1));
  ids.claim(refused, 'board', station(2));
  ids.release(refused);
  expect(ids.ownerOf('board')).toBe(1);
});
