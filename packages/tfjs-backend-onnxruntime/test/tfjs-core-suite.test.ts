// The peer's own tests: those that tfjs-core ships, run on this backend.
import { beforeAll, describe, expect, it } from 'vitest';
import { SUPPORTED_KERNELS } from '../src/index.js';
import { runSuite, testFiles } from './tfjs-core-suite/bundle.js';
import { EXCLUDED_FILES, EXCLUDED_TESTS } from './tfjs-core-suite/exclusions.js';
import type { SpecResult, SuiteResults } from './tfjs-core-suite/results.js';

const files = testFiles().filter((file) => !EXCLUDED_FILES.some((excluded) => excluded.files.test(file)));

/** Kernels that are asked for by none of tfjs-core's tests, tested in kernels.test.ts and properties.test.ts. */
const TESTED_ELSEWHERE: readonly string[] = ['BroadcastTo', 'LogSoftmax', 'LogicalXor', 'RotateWithOffset'];

const isExcluded = ({ file, name }: SpecResult): boolean =>
  EXCLUDED_TESTS.some((rule) => (rule.file === undefined || rule.file === file) && rule.name.test(name));

describe('the tests of tfjs-core', () => {
  let results: SuiteResults;

  beforeAll(async () => {
    results = await runSuite(files);
  }, 600_000);

  it('are there in their thousands', () => {
    const passed = results.specs.filter(({ status }) => status === 'passed');
    expect(passed.length).toBeGreaterThan(3700);
  });

  it.each(files)('%s', (file) => {
    const own = results.specs.filter((spec) => spec.file === file && !isExcluded(spec));
    const failed = own.filter(({ status }) => status === 'failed');
    expect(failed.map(({ name, message }) => `${name}: ${message}`)).toEqual([]);
  });

  it('fail where the list of exclusions says so, so that the list is no longer than it has to be', () => {
    const excluded = results.specs.filter(isExcluded);
    for (const rule of EXCLUDED_TESTS) {
      const matched = excluded.filter(
        ({ file, name }) => (rule.file === undefined || rule.file === file) && rule.name.test(name),
      );
      const needed = matched.filter(({ status }) => status === 'failed');
      expect(needed.length, `${rule.file ?? 'all files'}: ${rule.name}`).toBeGreaterThan(0);
    }
  });

  it('use every kernel of the backend', () => {
    const unused = SUPPORTED_KERNELS.filter((kernel) => results.kernels[kernel] === undefined);
    expect(unused).toEqual(TESTED_ELSEWHERE);
  });
});
