// Runs the code blocks of a package's README as tests, so that what it shows is what its readers get.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'node:util';
import { expect, it } from 'vitest';

/** A fenced block of JavaScript (or of TypeScript that is JavaScript too). */
interface CodeBlock {
  /** The line of the README that its first line of code stands on, from 1. */
  line: number;
  code: string;
  /** The content of the `text` block after it, if there is one: all that the code prints. */
  printed: string | undefined;
}

const CODE_FENCE = /^```(?:js|ts)$/;

/** The blocks that run: those fenced as `js` or `ts` and nothing else. One fenced as `ts no-run` does not. */
function codeBlocks(readme: string): CodeBlock[] {
  const lines = readme.split('\n');
  const contentAfter = (fence: number): string[] => lines.slice(fence + 1, lines.indexOf('```', fence + 1));
  return lines.flatMap((fence, index) => {
    if (!CODE_FENCE.test(fence)) return [];
    const code = contentAfter(index);
    const after = index + code.length + 2;
    const next = lines.findIndex((line, at) => at >= after && line.trim() !== '');
    const printed = lines[next] === '```text' ? contentAfter(next).join('\n').trimEnd() : undefined;
    return [{ line: index + 2, code: code.join('\n'), printed }];
  });
}

/** What each `console.log` that fills a line promises in the comment behind it or on a line of its own below. */
function promises(code: string): { call: number; comment: string }[] {
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
 * a comment may go on after a comma. A block that needs what a test has not, or long, is fenced as `ts no-run`.
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
  const blocks = codeBlocks(await readFile(readme, 'utf8'));
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
