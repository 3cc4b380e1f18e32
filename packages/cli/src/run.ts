/** The frame around all subcommands: parsing, output, errors in one line, exit codes, Ctrl-C. */
import { readFileSync } from 'node:fs';
import { LesionError } from '@lesion/core';
import { Command, CommanderError } from 'commander';
import type { CommandContext, CommandDefinition, CommandResult } from './command.js';
import { COMMANDS } from './commands/index.js';
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.js';
import { wholeNumber } from './parsers.js';
import { createProgress, type ProgressStream, silentProgress } from './progress.js';

/** A stream that text is written to; the callback comes when it is written. */
export interface OutputStream extends ProgressStream {
  write(text: string, written?: (error?: Error | null) => void): unknown;
}

export interface RunCliOptions {
  /** Results. @default process.stdout */
  stdout?: OutputStream | undefined;
  /** Progress, notes and the error line. @default process.stderr */
  stderr?: OutputStream | undefined;
}

interface FrameOptions {
  json: boolean;
  seed: number;
  quiet: boolean;
}

const VERSION = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version;

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
function usageMessage(error: CommanderError, program: Command, commandName: string | undefined): string {
  if (error.code === 'commander.help') {
    const names = program.commands.map((command) => command.name());
    return `no command; expected one of ${names.join(', ')}. See "lesion --help".`;
  }
  const message = oneLine(error.message).replace(/^error: /, '');
  const stop = /[.?)]$/.test(message) ? '' : '.';
  return `${message}${stop} See "lesion ${commandName === undefined ? '' : `${commandName} `}--help".`;
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
  let outcome: ExitCode = EXIT.success;
  // Commander's help and version are results; its errors come as exceptions and are worded here.
  let helpText = '';

  const fail = async (error: unknown, exitCode: ExitCode, message?: string): Promise<void> => {
    outcome = exitCode;
    if (args.includes('--json')) await write(stdout, `${JSON.stringify(errorDocument(error), null, 2)}\n`);
    const line = message ?? (error instanceof Error ? error.message : String(error));
    await write(stderr, `error: ${oneLine(line)}\n`);
    if (process.env['LESION_DEBUG'] && error instanceof Error) await write(stderr, `${error.stack}\n`);
  };

  const execute = async (definition: CommandDefinition, command: Command): Promise<void> => {
    const { json, quiet, seed, ...commandOptions } = command.opts<FrameOptions & Record<string, unknown>>();
    const note = (line: string): void => {
      if (!quiet) stderr.write(`${line}\n`);
    };
    const controller = new AbortController();
    const context: CommandContext = {
      seed,
      signal: controller.signal,
      note,
      progress: (label, unit) => (quiet ? silentProgress : createProgress(stderr, { label, unit })),
    };
    const unwatch = definition.stopsCleanly ? watchInterrupt(controller, note) : undefined;
    let result: CommandResult;
    try {
      result = await definition.run(context, { positional: command.processedArgs, options: commandOptions });
    } catch (error) {
      await fail(error, controller.signal.aborted ? EXIT.interrupted : exitCodeOf(error));
      return;
    } finally {
      unwatch?.();
    }
    await write(stdout, json ? `${JSON.stringify(result.document, null, 2)}\n` : `${result.text}\n`);
    if (result.failure !== undefined) {
      outcome = result.failure.exitCode;
      await write(stderr, `error: ${oneLine(result.failure.message)}\n`);
    }
    if (controller.signal.aborted) outcome = EXIT.interrupted;
  };

  const program = new Command('lesion')
    .description('Dermoscopic image analysis: segmentation, classification, superpixel features and scoring.')
    .version(VERSION, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .addHelpText(
      'after',
      '\nExit codes: 0 success, 1 failed run, 2 bad usage or bad input, 130 stopped by Ctrl-C.',
    )
    .exitOverride();
  program.configureOutput({ writeOut: (text) => (helpText += text), writeErr: () => undefined });
  for (const definition of COMMANDS) {
    const command = program.command(definition.name).description(definition.summary);
    definition.declare(command);
    command
      .option('--json', 'print one JSON document on standard output', false)
      .option('--seed <number>', 'seed of everything random', wholeNumber({ min: 0 }), 0)
      .option('--quiet', 'no progress and no notes on standard error', false)
      .helpOption('-h, --help', 'print this help')
      .allowExcessArguments(false)
      .action(() => execute(definition, command));
  }

  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) {
      await write(stdout, helpText);
    } else {
      const name = COMMANDS.find((definition) => args.includes(definition.name))?.name;
      const message = usageMessage(error, program, name);
      const details = { what: message };
      await fail(new LesionError('INVALID_ARGUMENT', details), EXIT.badInput, message);
    }
  }
  return outcome;
}
