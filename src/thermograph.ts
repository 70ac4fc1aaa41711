#!/usr/bin/env node
import { runCommandLine } from './cli/command-line.ts';

// What `thermograph` is when installed. The command line may not import the service, for its commands work through the database: so both
// meet here, and `start` is the very module that `npm start` runs, loaded only then.
await runCommandLine(async () => {
  await import('./main.ts');
});
