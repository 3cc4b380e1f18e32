// The README's example runs and prints what the README says.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as metrics from '../src/index.js';

it('runs the README', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [, code, printed] = /```js\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/.exec(readme)!;
  const body = code!.replace(/^import (\{[^}]*\}) from ('[^']*');$/gm, 'const $1 = modules[$2];');
  const lines: string[] = [];
  const log = (...values: unknown[]) => lines.push(values.join(' '));
  const run = new Function('modules', 'console', body);
  run({ '@lesion/metrics': metrics }, { log });
  expect(lines.join('\n')).toBe(printed!.trimEnd());
});
