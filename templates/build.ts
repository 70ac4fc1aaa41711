import { buildAssets } from './build-assets.ts';

// `npm run build` and all that starts the built program: brings dist/assets up to date.
await buildAssets();
