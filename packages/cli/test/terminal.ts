/** Terminals for tests: a program behind a pseudo-terminal, and what a terminal shows of what it wrote. */
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import headless from '@xterm/headless';

export const executable = fileURLToPath(new URL('../bin/lesion.js', import.meta.url));

const hasProgram = (name: string, ...args: string[]): boolean => spawnSync(name, args).status === 0;

/** Whether `script` of util-linux is here, which lends a pseudo-terminal; that of other systems takes other options. */
export const hasTerminal = hasProgram('script', '-qec', 'stty size', '/dev/null');

/** Whether a shell is installed. */
export const hasShell = (name: string): boolean => hasProgram(name, '-c', 'true');

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

export interface TerminalOptions {
  columns?: number;
  rows?: number;
  /** Beside the variables of a plain colour terminal; undefined takes one away. */
  environment?: Record<string, string | undefined>;
  /** Typed at once. */
  input?: string;
  /** The working folder. */
  folder?: string;
  /** Sees what was written so far, and may signal the program as a terminal does at Ctrl-C. */
  onOutput?: (text: string, interrupt: () => void) => void;
}

export interface TerminalOutcome {
  exitCode: number | null;
  /** All that was written to the terminal, by either stream. */
  output: string;
}

/** Runs a command line of a shell behind a pseudo-terminal. */
export function runShell(line: string, options: TerminalOptions = {}): Promise<TerminalOutcome> {
  const { columns = 80, rows = 50, environment = {}, input, folder, onOutput } = options;
  const inherited = Object.fromEntries(['PATH', 'HOME'].map((name) => [name, process.env[name]]));
  return new Promise((resolve, reject) => {
    const child = spawn('script', ['-qec', `stty cols ${columns} rows ${rows}; ${line}`, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...inherited, TERM: 'xterm-256color', COLORTERM: 'truecolor', SHELL: '/bin/sh', ...environment },
      cwd: folder,
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      // The terminal turns this character into the signal.
      onOutput?.(output, () => child.stdin.write('\u0003'));
    });
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, output }));
    if (input !== undefined) child.stdin.write(input);
  });
}

/** Runs the built `lesion` behind a pseudo-terminal. */
export function runInTerminal(args: readonly string[], options?: TerminalOptions): Promise<TerminalOutcome> {
  return runShell([process.execPath, executable, ...args].map(quoted).join(' '), options);
}

/** A character of a screen. */
export interface Cell {
  text: string;
  /** `[red, green, blue]` where 24 bits were given, a number of the palette, or undefined for the default. */
  front: number[] | number | undefined;
  back: number[] | number | undefined;
}

/** What a terminal holds after it was sent a text, its history included. */
export interface Shown {
  /** Without blanks at the end, and without empty lines below the last. */
  lines: string[];
  cell(row: number, column: number): Cell;
  cursor: { row: number; column: number };
}

/** Shows text in an emulated terminal. */
export async function show(text: string, columns = 80, rows = 50): Promise<Shown> {
  const terminal = new headless.Terminal({ cols: columns, rows, scrollback: 10_000, allowProposedApi: true });
  await new Promise<void>((resolve) => terminal.write(text, resolve));
  const buffer = terminal.buffer.active;
  const lines = Array.from({ length: buffer.length }, (_, row) =>
    buffer.getLine(row)!.translateToString(true),
  );
  while (lines.at(-1) === '') lines.pop();
  const colour = (isRgb: boolean, isPalette: boolean, value: number): number[] | number | undefined =>
    isRgb ? [value >> 16, (value >> 8) & 255, value & 255] : isPalette ? value : undefined;
  return {
    lines,
    cell(row, column) {
      const cell = buffer.getLine(row)!.getCell(column)!;
      return {
        text: cell.getChars(),
        front: colour(cell.isFgRGB(), cell.isFgPalette(), cell.getFgColor()),
        back: colour(cell.isBgRGB(), cell.isBgPalette(), cell.getBgColor()),
      };
    },
    cursor: { row: buffer.baseY + buffer.cursorY, column: buffer.cursorX },
  };
}
