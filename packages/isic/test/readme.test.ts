import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as isic from '../src/index.js';
import { emptyFolder } from './fixture.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

function block(language: string): string {
  const match = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(readme);
  if (!match) throw new Error(`README.md has no ${language} block`);
  return match[1]!;
}

/** How many superpixels carry what hangs on the last bits of sines, which differ between engines. */
const withoutCounts = (text: string): string => text.trim().replaceAll(/":\d+/g, '": n');

it('shows code that runs and the output it gives', async () => {
  const lines: string[] = [];
  const say = { log: (...values: unknown[]) => lines.push(values.map(String).join(' ')) };
  const code = block('ts').replace(/^import ([\s\S]*?) from '@lesion\/isic';$/m, 'const $1 = isic;');
  const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor as new (
    ...parts: string[]
  ) => (...values: unknown[]) => Promise<void>;
  const folder = await emptyFolder();
  await new AsyncFunction('isic', 'console', code.replaceAll("'synthetic'", JSON.stringify(folder)))(
    isic,
    say,
  );
  expect(withoutCounts(lines.join('\n').replaceAll(folder, 'synthetic'))).toBe(withoutCounts(block('text')));
});
