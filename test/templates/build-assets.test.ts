import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { inProjectFolder } from '../../src/project-folder.ts';
import { buildAssets } from '../../templates/build-assets.ts';

test('what has not changed is not bundled anew, and what has is', async () => {
  expect(await buildAssets()).toBe(false);
  const file = inProjectFolder('dist/assets.json');
  const list = JSON.parse(readFileSync(file, 'utf8'));
  list.inputs['templates/styles/frame.css'] = 'another';
  writeFileSync(file, JSON.stringify(list));
  expect(await buildAssets()).toBe(true);
  expect(await buildAssets()).toBe(false);
});
