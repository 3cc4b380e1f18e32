/** The frame around all subcommands: parsing, output, errors in one line, exit codes, Ctrl-C. */
import { LesionError } from '@lesion/core';
import { type Command, CommanderError } from 'commander';
import type { CommandContext, CommandDefinition, CommandResult } from './command.js';
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.js';
import { createPictureStrip } from './picture-strip.js';
import { createProgram, type FrameOptions } from './program.js';
import { createDisplay, type ProgressStream, silentDisplay } from './progress.js';
import { createScreen, harmless, type Screen } from './screen.js';
import { formatTable } from './table.js';

/** A stream that text is written to; the callback comes when it is written. */
export interface OutputStream extends ProgressStream {
  /** Takes text, and calls back when it is written. */
  write(text: string, written?: (error?: Error | null) => void): unknown;
}

/** Options of {@link runCli}: where text goes. */
export interface RunCliOptions {
  /** Results. @default process.stdout */
  stdout?: OutputStream | undefined;
  /** Progress, notes and the error line. @default process.stderr */
  stderr?: OutputStream | undefined;
}

function write(stream: OutputStream, text: string): Promise<void> {
  // An error here means that nobody reads any more; there is nobody left to tell.
  return new Promise((resolve) => {
    stream.write(text, () => resolve());
  });
}

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ').trim();
}

function errorDocument(error: unknown): object {
  const message = oneLine(error instanceof Error ? error.message : String(error));
  if (!LesionError.isInstance(error)) return { error: { code: 'FAILED', message } };
  const { what, where, got, expected, mend } = error.details;
  return { error: { code: error.code, message, what, where, got, expected, mend } };
}

/** Commander's usage errors in one line, with the way to the help. */
function usageError(error: CommanderError, program: Command, args: readonly string[]): LesionError {
  const names = program.commands.map((command) => command.name());
  const mend = (name: string): string => `See "lesion ${name}--help".`;
  if (error.code === 'commander.help') {
    return new LesionError('INVALID_ARGUMENT', {
      what: 'no command',
      expected: `one of ${names.join(', ')}`,
      mend: mend(''),
    });
  }
  const word = args.find((argument) => !argument.startsWith('-')) ?? '';
  return new LesionError('INVALID_ARGUMENT', {
    what: oneLine(error.message)
      .replace(/^error: /, '')
      .replace(/\.$/, ''),
    mend: mend(names.includes(word) ? `${word} ` : ''),
  });
}

/**
 * The error that helps most. Commander says first what is missing, and what is missing is often what was mistyped: so
 * the command line is read again with nothing required.
 */
async function tellingError(error: CommanderError, args: readonly string[]): Promise<CommanderError> {
  if (error.code !== 'commander.missingMandatoryOptionValue') return error;
  const program = createProgram();
  for (const option of program.commands.flatMap((command) => command.options)) option.mandatory = false;
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (other) {
    if (other instanceof CommanderError && other.code === 'commander.unknownOption') return other;
  }
  return error;
}

/** All commands, for somebody at a terminal who typed another. */
function listCommands(program: Command, screen: Screen): string {
  const rows = program.commands.map((command) => [`  ${command.name()}`, command.summary()]);
  return formatTable(rows, { screen, left: [0, 1], wrap: [1], header: false });
}

/** Two Ctrl-C: the first asks to stop, the second insists. */
function watchInterrupt(controller: AbortController, note: (line: string) => void): () => void {
  const onInterrupt = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    note('stopping; press Ctrl-C again to stop at once');
    controller.abort();
  };
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onInterrupt);
  return () => {
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onInterrupt);
  };
}

/**
 * Runs the `lesion` command.
 *
 * Standard output gets the result alone: text, or one JSON document with `--json`. Everything else goes to
 * standard error. An error is one line there (and with `--json` also the document `{ "error": {...} }`).
 *
 * @param args The arguments after the program's name.
 * @returns The exit code: 0 success, 1 failed run, 2 bad usage or bad input, 130 stopped by Ctrl-C.
 * @example
 * ```ts
 * process.exitCode = await runCli(['superpixels', 'lesion.jpg', '--out', 'superpixels.png']);
 * ```
 */
export async function runCli(args: readonly string[], options: RunCliOptions = {}): Promise<number> {
  const { stdout = process.stdout, stderr = process.stderr } = options;
  const screen = createScreen(stdout);
  const errorScreen = createScreen(stderr);
  let outcome: ExitCode = EXIT.success;
  // Commander's help and version are results; its errors come as exceptions and are worded here.
  let helpText = '';

  const writeError = (message: string): Promise<void> =>
    write(stderr, `${errorScreen.style('red', 'error:')} ${harmless(oneLine(message))}\n`);
  const fail = async (error: unknown, exitCode: ExitCode): Promise<void> => {
    outcome = exitCode;
    if (args.includes('--json')) await write(stdout, `${JSON.stringify(errorDocument(error), null, 2)}\n`);
    await writeError(error instanceof Error ? error.message : String(error));
    if (process.env['LESION_DEBUG'] && error instanceof Error) await write(stderr, `${error.stack}\n`);
  };

  const execute = async (definition: CommandDefinition, command: Command): Promise<void> => {
    const { json, quiet, seed, ...commandOptions } = command.opts<FrameOptions & Record<string, unknown>>();
    const display = quiet ? silentDisplay : createDisplay(stderr);
    const controller = new AbortController();
    const context: CommandContext = {
      seed,
      signal: controller.signal,
      note: display.note,
      progress: (label, unit) => display.progress({ label, unit }),
      screen,
      pictures: quiet || json ? undefined : createPictureStrip(stdout),
    };
    const unwatch = definition.stopsCleanly ? watchInterrupt(controller, display.note) : undefined;
    // A second Ctrl-C or an error that nobody foresaw ends the process without coming back here.
    process.once('exit', display.clear);
    let result: CommandResult;
    try {
      result = await definition.run(context, { positional: command.processedArgs, options: commandOptions });
    } catch (error) {
      display.clear();
      await fail(error, controller.signal.aborted ? EXIT.interrupted : exitCodeOf(error));
      return;
    } finally {
      unwatch?.();
      display.clear();
      process.off('exit', display.clear);
    }
    await write(stdout, json ? `${JSON.stringify(result.document, null, 2)}\n` : `${result.text}\n`);
    if (result.failure !== undefined) {
      outcome = result.failure.exitCode;
      await writeError(result.failure.message);
    }
    if (controller.signal.aborted) outcome = EXIT.interrupted;
  };

  const program = createProgram({ screen, write: (text) => (helpText += text), execute });
  if (args.length === 0) {
    program.outputHelp();
    await write(stdout, helpText);
    return EXIT.success;
  }

  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) {
      await write(stdout, helpText);
    } else {
      await fail(usageError(await tellingError(error, args), program, args), EXIT.badInput);
      if (error.code === 'commander.unknownCommand' && errorScreen.columns !== undefined) {
        await write(stderr, `\n${listCommands(program, errorScreen)}\n`);
      }
    }
  }
  return outcome;
}
