// Adds up how many checks failed (the first argument) and the JSON reports of vitest, of the faults and of the attacks (from
// the third on), prints once more what failed and why, then "N passed, N failed, N skipped", and fails when anything did.
// The second argument is the status that the run would end with if nobody added up.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

/** How much of a failure's message is repeated here; all of it stands where it happened. */
const MESSAGE_LINES = 12;

const [checksFailed, endStatus, ...reports] = process.argv.slice(2);
const sum = { passed: 0, failed: Number(checksFailed), skipped: 0 };

for (const path of reports) {
  const report = read(path);
  if ('results' in report) {
    for (const { scenario, verdict, reasons } of report.results) {
      sum[verdict] += 1;
      if (verdict === 'failed') tell(scenario, reasons.join('\n'));
    }
    continue;
  }
  sum.passed += report.numPassedTests;
  sum.failed += report.numFailedTests;
  sum.skipped += report.numPendingTests + report.numTodoTests;
  for (const { name, status, message, assertionResults } of report.testResults) {
    const file = relative(process.cwd(), name);
    const failed = assertionResults.filter((test) => test.status === 'failed');
    for (const { fullName, failureMessages } of failed) {
      tell(`${file}: ${fullName}`, failureMessages.join('\n'));
    }
    // A file that could not even be loaded, or cleaned up after, has failed without a test of its own.
    if (status !== 'failed' || failed.length > 0) continue;
    sum.failed += 1;
    tell(file, message);
  }
}

// Vitest's report has no errors that belong to no test, such as a rejection that nobody heard.
if (Number(endStatus) !== 0 && sum.failed === 0) {
  sum.failed += 1;
  tell('the run', 'It ended with an error that belongs to no test: see above.');
}

process.stdout.write(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped\n`);
process.exitCode = sum.failed === 0 ? 0 : 1;

function tell(what, why) {
  const lines = why.split('\n').slice(0, MESSAGE_LINES);
  process.stdout.write(`failed: ${what}\n${lines.map((line) => `    ${line}\n`).join('')}`);
}

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    process.stdout.write(`There is no report of a test run: ${error.message}\n`);
    return {
      numPassedTests: 0,
      numFailedTests: 1,
      numPendingTests: 0,
      numTodoTests: 0,
      testResults: [],
    };
  }
}
