/** What a subcommand is: its declaration for commander, and a function from its options to a result. */
import type { Command } from 'commander';
import type { ExitCode } from './exit-codes.js';
import type { PictureStrip } from './picture-strip.js';
import type { Progress } from './progress.js';
import type { Screen } from './screen.js';

/** What the frame gives to every subcommand. */
export interface CommandContext {
  /** Seed of everything random in the run, from `--seed`. */
  seed: number;
  /** Raised when the user asks to stop. */
  signal: AbortSignal;
  /** Writes a line for people to standard error, unless `--quiet`. */
  note(line: string): void;
  /** Shows how far a piece of work has come, on standard error, unless `--quiet`. */
  progress(label: string, unit: string): Progress;
  /** Where the result is read: how wide it is and which colours it has. */
  screen: Screen;
  /** Takes small pictures to stand above the result; undefined where none can be shown, or none are wanted. */
  pictures: PictureStrip | undefined;
}

/** What a subcommand found. The frame prints either form and ends with the failure's code, if there is one. */
export interface CommandResult {
  /** The document that `--json` prints. */
  document: object;
  /** The same for people, set for the context's screen; may have several lines. */
  text: string;
  /** Set where results are worth printing although not all went well. */
  failure?: { exitCode: ExitCode; message: string } | undefined;
}

/** Positional arguments and options as commander parsed them. */
export interface ParsedArguments<Positional, Options> {
  positional: Positional;
  options: Options;
}

/** A command line as the help shows it. */
export interface CommandExample {
  /** From `lesion` on, as it is typed. */
  line: string;
  /** What it does, as a phrase. */
  does: string;
}

/** Under which heading the overview lists a command. */
export type CommandGroup = 'Use:' | 'Data:' | 'Models:' | 'More:';

export interface CommandDefinition<Positional = unknown, Options = unknown> {
  name: string;
  group: CommandGroup;
  /** A phrase for the overview. */
  summary: string;
  /** A paragraph for the command's own help. */
  description: string;
  examples: readonly CommandExample[];
  /**
   * Whether it watches the context's signal. One that does not is ended by Ctrl-C at once, as any program.
   */
  stopsCleanly: boolean;
  /** Declares arguments and options; `--json`, `--seed` and `--quiet` are added by the frame. */
  declare(command: Command): void;
  run(context: CommandContext, parsed: ParsedArguments<Positional, Options>): Promise<CommandResult>;
}

/** Ties a definition to its types; the frame handles all of them alike. */
export function defineCommand<Positional extends readonly unknown[], Options extends object>(
  definition: CommandDefinition<Positional, Options>,
): CommandDefinition {
  return definition as unknown as CommandDefinition;
}
