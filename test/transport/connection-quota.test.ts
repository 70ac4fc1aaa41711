import { expect, test } from 'vitest';
import { createConnectionQuota } from '../../src/transport/connection-quota.ts';

const MANY = { maxConnections: 1_000, maxConnectionsPerAddress: 1_000, maxConnectsPerSecond: 1_000 };

test('as many connections are open as may be, and one more only when one has ended', () => {
  const quota = createConnectionQuota({ ...MANY, maxConnections: 2 });
  expect(['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((address) => quota.admit(address))).toEqual([
    null,
    null,
    'connections',
  ]);
  quota.release('10.0.0.1');
  expect(quota.admit('10.0.0.3')).toBeNull();
});

test('an address has as many connections as it may, and others have their own', () => {
  const quota = createConnectionQuota({ ...MANY, maxConnectionsPerAddress: 2 });
  const [one, other] = ['10.0.0.1', '10.0.0.2'];
  expect([one, one, one, other].map((address) => quota.admit(address))).toEqual([
    null,
    null,
    'connections-per-address',
    null,
  ]);
  quota.release(one);
  expect(quota.admit(one)).toBeNull();
});

test('an address opens as many connections a second as it may', () => {
  let now = 0;
  const quota = createConnectionQuota({ ...MANY, maxConnectsPerSecond: 2 }, () => now);
  expect([1, 2, 3].map(() => quota.admit('10.0.0.1'))).toEqual([null, null, 'connects-per-second']);
  expect(quota.admit('10.0.0.2')).toBeNull();
  now = 500;
  expect(quota.admit('10.0.0.1')).toBeNull();
});

test.each([
  ['2001:db8:0:1::1', '2001:db8::1:ffff:0:0:2', true],
  ['2001:db8:0:1:2:3:4:5', '2001:0db8:0000:0001::9', true],
  ['2001:db8:0:1::1', '2001:db8:0:2::1', false],
  ['::1', '::2', true],
  ['fe80::1%eth0', 'fe80::2', true],
  ['::ffff:10.0.0.1', '10.0.0.1', true],
  ['::ffff:10.0.0.1', '::ffff:10.0.0.2', false],
  ['10.0.0.1', '10.0.0.2', false],
])('%s and %s count as one address: %s', (one, other, same) => {
  const quota = createConnectionQuota({ ...MANY, maxConnectionsPerAddress: 1 });
  quota.admit(one);
  expect(quota.admit(other)).toBe(same ? 'connections-per-address' : null);
});

test('addresses that have gone are forgotten, and what is open stays counted', () => {
  let now = 0;
  const quota = createConnectionQuota(
    { ...MANY, maxConnections: 10, maxConnectionsPerAddress: 1 },
    () => now,
  );
  expect(quota.admit('10.0.0.1')).toBeNull();
  for (let index = 0; index < 3_000; index += 1) {
    now += 2_000;
    const address = `10.1.${index >> 8}.${index & 255}`;
    expect(quota.admit(address)).toBeNull();
    quota.release(address);
  }
  expect(quota.admit('10.0.0.1')).toBe('connections-per-address');
});
