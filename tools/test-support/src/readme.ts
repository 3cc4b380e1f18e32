// Runs the code blocks of a package's README as tests, so that what it shows is what its readers get.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'node:util';
import { expect, it } from 'vitest';
import { codeBlocks } from './code-blocks.js';

/** What each `console.log` that fills a line promises in the comment behind it or on a line of its own below. */
export function promises(code: string): { call: number; comment: string }[] {
  const lines = code.split('\n');
  let calls = 0;
  return lines.flatMap((line, index) => {
    const call = calls;
    const begun = line.split('console.log(').length - 1;
    calls += begun;
    const comment = /\);\s*\/\/ (.*)$/.exec(line)?.[1] ?? /^\s*\/\/ (.*)$/.exec(lines[index + 1] ?? '')?.[1];
    return begun === 1 && comment !== undefined ? [{ call, comment }] : [];
  });
}

const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (
  ...parts: string[]
) => (...values: unknown[]) => Promise<void>;

/** Runs code in the working folder and gives what it prints, one text for each call of `console.log`. */
async function run(code: string, modules: Readonly<Record<string, object>>): Promise<string[]> {
  const body = code
    .replace(/^import (\{[^}]*\}) from ('[^']+');$/gm, 'const $1 = load($2);')
    .replace(/^import ('[^']+');$/gm, 'load($1);');
  const load = (name: string): object => {
    const loaded = modules[name];
    if (loaded === undefined) throw new Error(`testReadme was not given ${name}, which the code imports`);
    return loaded;
  };
  const printed: string[] = [];
  const log = (...values: unknown[]): void => void printed.push(format(...values));
  await new AsyncFunction('load', 'console', body)(load, { log });
  return printed;
}

/** Options of {@link testReadme}. */
export interface TestReadmeOptions {
  /** Takes out of printed text what may differ between machines; for both sides of the comparison. */
  comparable?: ((text: string) => string) | undefined;
}

/**
 * Makes a test of each code block of a README. It runs in an empty folder, with its imports from `modules`, and
 * has to print what the `text` block after it shows, or else what the comments behind its `console.log` say; such
 * a comment may go on after a comma. A block that needs what a test has not, or long, has `<!-- not run: REASON -->`
 * above it. Blocks for the shell are the business of {@link testGuide}.
 *
 * @param readme Where it lies: `new URL('../README.md', import.meta.url)`.
 * @param modules What its imports give, by name; for the package itself its source.
 */
export async function testReadme(
  readme: URL,
  modules: Readonly<Record<string, object>>,
  options: TestReadmeOptions = {},
): Promise<void> {
  const { comparable = (text) => text } = options;
  const blocks = codeBlocks(await readFile(readme, 'utf8')).filter(
    ({ language, notRun }) => (language === 'js' || language === 'ts') && notRun === undefined,
  );
  if (blocks.length === 0) throw new Error(`${readme.pathname} has no code block that runs`);
  it.each(blocks)('runs the code on line $line of README.md', async (block) => {
    const home = process.cwd();
    const folder = await mkdtemp(join(tmpdir(), 'lesion-readme-'));
    let printed: string[];
    try {
      process.chdir(folder);
      printed = await run(block.code, modules);
    } finally {
      process.chdir(home);
      await rm(folder, { recursive: true, force: true });
    }
    if (block.printed !== undefined) {
      expect(comparable(printed.join('\n'))).toBe(comparable(block.printed));
      return;
    }
    const kept = promises(block.code);
    expect(kept.length, 'the block shows nothing of what it prints').toBeGreaterThan(0);
    for (const { call, comment } of kept) {
      const text = comparable(printed[call] ?? 'nothing printed');
      if (!comparable(comment).startsWith(`${text}, `)) expect(text).toBe(comparable(comment));
    }
  });
}
