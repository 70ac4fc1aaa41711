import { readFileSync } from 'node:fs';
import { inProjectFolder } from './project-folder.ts';

/** Of this program; empty where its manifest has none. */
export function packageVersion(): string {
  // The same file seen from src and from dist.
  const manifest: unknown = JSON.parse(readFileSync(inProjectFolder('package.json'), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '';
}
