// Adds up what else has failed (the first argument) and the JSON reports of vitest, of the faults and of the attacks (the others),
// prints "N passed, N failed, N skipped", and fails when anything failed.
import { readFileSync } from 'node:fs';

const [otherFailures, ...reports] = process.argv.slice(2);
const sum = { passed: 0, failed: Number(otherFailures), skipped: 0 };

for (const path of reports) {
  const report = read(path);
  if ('results' in report) {
    for (const { verdict } of report.results) sum[verdict] += 1;
    continue;
  }
  sum.passed += report.numPassedTests;
  sum.failed += report.numFailedTests;
  sum.skipped += report.numPendingTests + report.numTodoTests;
  // A file that could not even be loaded has failed without a test in it.
  sum.failed += report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  ).length;
}

process.stdout.write(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped\n`);
process.exitCode = sum.failed === 0 ? 0 : 1;

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
