// `npm test`: sets up, checks types and style, runs every test, and ends with a line of counts.
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, setup } from './setup.mjs';

setup();
console.log('Checking types and style ...');
run('npx', ['turbo', 'run', 'typecheck', '--output-logs=errors-only', '--log-order=grouped']);
run('npx', ['biome', 'check', '.']);

const report = join(mkdtempSync(join(tmpdir(), 'lesion-test-')), 'report.json');
const status = run(
  'npx',
  [
    'vitest',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ],
  { allowFailure: true },
);
const { numPassedTests, numFailedTests, numPendingTests, numTotalTestSuites, numFailedTestSuites } =
  JSON.parse(readFileSync(report, 'utf8'));
if (numPendingTests > 0) {
  console.log(
    `${numPendingTests} skipped: they need what is absent here (real data in LESION_REAL_DATA or ../shared/data, a browser).`,
  );
}
if (status !== 0 && numFailedTests === 0) {
  console.log(`The run failed outside its tests (${numFailedTestSuites} of ${numTotalTestSuites} suites).`);
}
console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`);
process.exit(status);
