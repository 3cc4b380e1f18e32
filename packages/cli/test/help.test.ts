// The help of every command: its examples have to work with the options that it declares.
import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../src/commands/index.js';
import { createProgram } from '../src/program.js';
import { createScreen, textWidth } from '../src/screen.js';
import { runCommand } from './command-line.js';

/** Words of a command line as a shell splits them: the examples need no more than single quotes and an output. */
const words = (line: string): string[] =>
  [...line.replace(/ > \S+$/, '').matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!);

describe.each(COMMANDS)('lesion $name --help', ({ name, examples, description }) => {
  it('has two to four examples, all of which parse', async () => {
    expect(examples.length).toBeGreaterThanOrEqual(2);
    expect(examples.length).toBeLessThanOrEqual(4);
    for (const { line } of examples) {
      const [program, ...args] = words(line);
      let executed: string | undefined;
      const execute = ({ name: own }: { name: string }): void => {
        executed = own;
      };
      await createProgram({ execute }).parseAsync(args, { from: 'user' });
      expect([program, executed], line).toEqual(['lesion', name]);
    }
  });

  it('shows description, options, defaults and examples', async () => {
    const { exitCode, stdout, stderr } = await runCommand([name, '--help']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const text = stdout.replace(/\s+/g, ' ');
    expect(text).toContain(description);
    for (const { line, does } of examples) expect(text).toContain(`${line} ${does}`);
    const command = createProgram().commands.find((one) => one.name() === name)!;
    for (const { long, hidden, defaultValue, argChoices } of command.options) {
      if (!hidden) expect(stdout).toContain(long);
      if (typeof defaultValue === 'string') expect(text).toContain(`default ${defaultValue}`);
      if (argChoices) expect(text).toContain(`one of ${argChoices.join(', ')}`);
    }
    expect(stdout).not.toContain('\u001b');
    for (const line of stdout.split('\n')) {
      // Command lines stay whole, so that they can be copied.
      if (!line.startsWith('  lesion ')) expect(textWidth(line)).toBeLessThanOrEqual(80);
    }
  });
});

/** What a built file imports before it does anything, and what that imports in turn, by name or path. */
function eagerImports(file: URL, found = new Set<string>()): Set<string> {
  for (const [, name] of readFileSync(file, 'utf8').matchAll(
    /^(?:import|export) (?:[^'"();]* from )?['"]([^'"]+)['"]/gm,
  )) {
    if (found.has(name!)) continue;
    found.add(name!);
    if (name!.startsWith('.')) eagerImports(new URL(name!, file), found);
  }
  return found;
}

it('loads no network, no engine and no decoder before a command needs it', () => {
  const imports = [...eagerImports(new URL('../dist/bin.js', import.meta.url))];
  expect(imports.filter((name) => !name.startsWith('.') && !isBuiltin(name)).sort()).toEqual([
    '@lesion/core',
    'commander',
    'fast-string-truncated-width',
    'supports-terminal-graphics',
  ]);
});

describe('createProgram', () => {
  it('finds an example that has rotted', async () => {
    const parse = createProgram().parseAsync(words('lesion predict photo.jpg --output x').slice(1), {
      from: 'user',
    });
    await expect(parse).rejects.toThrow(CommanderError);
  });

  it('sets help for the screen: its width, and titles in bold where there are colours', () => {
    const help = (columns: number, environment: Record<string, string>): string => {
      let text = '';
      const screen = createScreen({ isTTY: true, columns }, environment);
      const program = createProgram({ screen, write: (part) => (text += part) });
      program.commands.find((command) => command.name() === 'predict')!.outputHelp();
      return text;
    };
    const narrow = help(50, { TERM: 'xterm', NO_COLOR: '1' });
    expect(narrow).not.toContain('\u001b');
    for (const line of narrow.split('\n')) {
      if (!line.startsWith('  lesion ')) expect(textWidth(line)).toBeLessThanOrEqual(50);
    }
    expect(help(100, { TERM: 'xterm' })).toContain('\u001b[1mExamples:\u001b[22m');
  });

  it("has every command in the README's table", () => {
    const readme = new URL('../README.md', import.meta.url);
    expect(existsSync(readme)).toBe(true);
    const text = readFileSync(readme, 'utf8');
    for (const { name } of COMMANDS) expect(text).toMatch(new RegExp(`^\\| \`lesion ${name}\\b`, 'm'));
  });
});
