import { expect, test } from 'vitest';
import { useWeb } from '../support/web.ts';

test('on the status page figures at zero are folded away, and the others are not', async () => {
  const web = await useWeb();
  web.setCounters({ messages_dropped: 0, messages_rejected: 7 });
  const { text } = await web.ask('/status');
  const [, counters = ''] = /id="counters-heading">([^]*?)<\/section>/.exec(text) ?? [];
  const [open = '', folded = ''] = counters.split(/<details[^>]*>/);
  expect([open.includes('Messages rejected'), folded.includes('Messages rejected')]).toEqual([true, false]);
  expect([open.includes('Messages dropped'), folded.includes('Messages dropped')]).toEqual([false, true]);
  const [, gauges = ''] = /id="gauges-heading">([^]*?)<\/section>/.exec(text) ?? [];
  expect(gauges).not.toContain('<details');
});
