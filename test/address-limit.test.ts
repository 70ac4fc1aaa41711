import { describe, expect, test } from 'vitest';
import { createAddressLimit, networkOf } from '../src/address-limit.ts';

describe('what comes from one address', () => {
  test('is admitted up to the limit, and then told when to come again', async () => {
    const limit = createAddressLimit({ most: 3, perSeconds: 60 });
    for (let i = 0; i < 3; i += 1) expect(await limit.count('192.0.2.1')).toBeUndefined();
    const wait = await limit.count('192.0.2.1');
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(60);
    expect(limit.refusals()).toBe(1);
  });

  test('does not count against another', async () => {
    const limit = createAddressLimit({ most: 1, perSeconds: 60 });
    await limit.count('192.0.2.1');
    expect(await limit.count('192.0.2.1')).toBeDefined();
    // Of 65,536 buckets one other may be the same by chance; not two.
    const others = [await limit.count('192.0.2.2'), await limit.count('192.0.2.3')];
    expect(others).toContain(undefined);
  });

  test('has no limit where that is 0', async () => {
    const limit = createAddressLimit({ most: 0, perSeconds: 60 });
    for (let i = 0; i < 100; i += 1) expect(await limit.count('192.0.2.1')).toBeUndefined();
  });
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:0db8:0001:0002::6', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['fe80::1:2%eth0', 'fe80:0:0:0'],
  ['not an address', 'not an address'],
])('%s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
