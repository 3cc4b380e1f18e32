/** Runs the built command as a user would: its own process, its own streams. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const executable = fileURLToPath(new URL('../bin/lesion.js', import.meta.url));
if (!existsSync(new URL('../dist/bin.js', import.meta.url))) {
  throw new Error('packages/cli/dist/bin.js is missing: build the package before these tests');
}

/** What a run left behind. */
export interface Outcome {
  exitCode: number | null;
  stdout: string;
  stderr: string;
  /** Lines of standard error. */
  lines: string[];
}

/** The environment without what asks for colours or forbids them, so that tests read the same everywhere. */
const { FORCE_COLOR: _forced, NO_COLOR: _none, ...inherited } = process.env;

/** Runs `lesion` and waits for its end. `onStderr` sees standard error as it comes, and may kill the process. */
export function runCommand(
  args: readonly string[],
  onStderr?: (text: string, kill: (signal: NodeJS.Signals) => void) => void,
  environment: Record<string, string> = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [executable, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...inherited, ...environment },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      onStderr?.(stderr, (signal) => child.kill(signal));
    });
    child.on('error', reject);
    child.on('close', (exitCode) => {
      resolve({ exitCode, stdout, stderr, lines: stderr.split('\n').filter((line) => line !== '') });
    });
  });
}
