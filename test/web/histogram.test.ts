import { expect, test } from 'vitest';
import { createHistogram } from '../../src/web/histogram.ts';

test('a value counts in every bucket whose bound it does not exceed, and all of them in the last', () => {
  const histogram = createHistogram({ name: 'commit_seconds', help: 'How long', bounds: [0.5, 1] });
  for (const value of [0.25, 0.5, 0.75, 1, 8]) histogram.observe(value);
  expect(histogram.text().split('\n')).toEqual([
    '# HELP commit_seconds How long',
    '# TYPE commit_seconds histogram',
    'commit_seconds_bucket{le="0.5"} 2',
    'commit_seconds_bucket{le="1"} 4',
    'commit_seconds_bucket{le="+Inf"} 5',
    'commit_seconds_sum 10.5',
    'commit_seconds_count 5',
    '',
  ]);
});
