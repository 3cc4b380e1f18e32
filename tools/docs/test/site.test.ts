// The API reference can be made without a warning: every export has a summary, and every link in a docstring a target.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { repository } from '../src/entry-points.js';

it('has a summary for every export and a target for every link', async () => {
  const program = `${repository}node_modules/typedoc/bin/typedoc`;
  const result = await promisify(execFile)(process.execPath, [program, '--emit', 'none'], {
    cwd: repository,
    env: { ...process.env, NO_COLOR: '1', NODE_OPTIONS: '' },
  }).catch((error: { stdout: string; stderr: string }) => error);
  const lines = `${result.stdout}${result.stderr}`.split('\n');
  expect(lines.filter((line) => /warning|error/.test(line))).toEqual([]);
}, 300_000);
