/** What a shell completes, read from the command line's declarations: the one source of all four scripts. */
import type { Argument, Command, Option } from 'commander';

/** What stands for a value: words, and files or folders beside them. */
export interface CompletedValue {
  words: string[];
  paths: 'files' | 'folders' | 'none';
}

export interface CompletedOption {
  /** `--engine`, or `-h` and `--help`. */
  flags: string[];
  description: string;
  /** Undefined for an option that takes none. */
  value: CompletedValue | undefined;
}

export interface CompletedArgument {
  name: string;
  value: CompletedValue;
  variadic: boolean;
}

export interface CompletedCommand {
  name: string;
  summary: string;
  options: CompletedOption[];
  arguments: CompletedArgument[];
}

/** All that can be typed. */
export interface Specification {
  program: string;
  /** Options that stand before any command. */
  options: CompletedOption[];
  commands: CompletedCommand[];
}

/** The kinds of path by the name that the help gives a value. */
const PATHS: Readonly<Record<string, CompletedValue['paths']>> = {
  bundle: 'folders',
  dir: 'folders',
  folder: 'folders',
  run: 'folders',
  csv: 'files',
  file: 'files',
  image: 'files',
  path: 'files',
  png: 'files',
};

/** Words that an option takes beside paths and lists. */
const WORDS: Readonly<Record<string, string[]>> = {
  '--lin': ['pretrained'],
  '--lfn': ['pretrained'],
  '--tables': ['all'],
  '--figures': ['none'],
  '--runs': ['none'],
};

/** The name between the brackets: `dir` of `--out <dir>`. */
function valueName({ flags }: Option): string {
  return /[<[]([\w,.=-]+)[>\]]/.exec(flags)?.[1]?.replace(/\.+$/, '') ?? '';
}

function optionOf(option: Option): CompletedOption {
  const takesValue = option.required || option.optional;
  return {
    flags: [option.short, option.long].filter((flag) => flag !== undefined),
    description: option.description,
    value: takesValue
      ? {
          words: option.argChoices ?? WORDS[option.long ?? ''] ?? [],
          paths: option.argChoices ? 'none' : (PATHS[valueName(option)] ?? 'none'),
        }
      : undefined,
  };
}

function argumentOf(argument: Argument): CompletedArgument {
  return {
    name: argument.name(),
    value: {
      words: argument.argChoices ?? [],
      paths: argument.argChoices ? 'none' : (PATHS[argument.name()] ?? 'none'),
    },
    variadic: argument.variadic,
  };
}

/** Reads the declarations of a program and its subcommands. */
export function specify(program: Command): Specification {
  const help = program.createHelp();
  const optionsOf = (command: Command): CompletedOption[] => help.visibleOptions(command).map(optionOf);
  const commands = help.visibleCommands(program);
  return {
    program: program.name(),
    options: optionsOf(program),
    commands: commands.map((command) => ({
      name: command.name(),
      summary: command.summary() || command.description(),
      options: optionsOf(command),
      arguments:
        command.name() === 'help'
          ? [
              {
                name: 'command',
                value: { words: commands.map((other) => other.name()), paths: 'none' },
                variadic: false,
              },
            ]
          : command.registeredArguments.map(argumentOf),
    })),
  };
}
