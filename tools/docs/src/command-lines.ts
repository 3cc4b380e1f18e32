// Reads shell blocks that are not run: whether what they call exists, and takes the options that they give.
import { existsSync, readFileSync } from 'node:fs';
import { createProgram } from '../../../packages/cli/src/program.js';
import { repository } from './entry-points.js';

/** The words of each command of a block; comments are left out and continued lines put together. */
export function commandsOf(block: string): string[][] {
  return block
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map((line) => line.match(/#.*|"[^"]*"|'[^']*'|[^\s"']+/g) ?? [])
    .map((words) =>
      words.filter((word) => !word.startsWith('#')).map((word) => word.replaceAll(/^["']|["']$/g, '')),
    )
    .filter((words) => words.length > 0);
}

/** What there is to run: scripts of the root's package.json. */
const { scripts } = JSON.parse(readFileSync(`${repository}package.json`, 'utf8')) as {
  scripts: Record<string, string>;
};

function assertThat(isSo: boolean, complaint: string): void {
  if (!isSo) throw new Error(complaint);
}

/**
 * Checks one command without running it.
 *
 * @throws Error that says what does not exist
 */
export async function checkCommand([program, ...words]: readonly string[]): Promise<void> {
  switch (program) {
    case 'npx':
      if (words[0] !== 'lesion') {
        return assertThat(
          existsSync(`${repository}node_modules/.bin/${words[0]}`),
          `npx ${words[0]}: not installed`,
        );
      }
      return checkCommand(words);
    case 'lesion':
      // Its own parser: it knows the subcommands and options, and does nothing here.
      await createProgram().parseAsync(words, { from: 'user' });
      return;
    case 'npm': {
      const [command, script] = words[0] === 'run' ? ['run', words[1]] : [words[0], words[0]];
      if (command === 'install' || command === 'init') return;
      return assertThat(script !== undefined && script in scripts, `npm ${words.join(' ')}: no such script`);
    }
    case 'node':
      return assertThat(existsSync(`${repository}${words[0]}`), `node ${words[0]}: no such file`);
    case 'git':
    case 'cd':
      return;
    default:
      throw new Error(`${program}: a command that nobody checks; add it to command-lines.ts`);
  }
}
