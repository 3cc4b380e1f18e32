/** The command line as commander knows it: all subcommands with their help. What they do is handed in. */
import { readFileSync } from 'node:fs';
import { Command, type Help, type Option } from 'commander';
import type { CommandDefinition, CommandExample } from './command.js';
import { COMMANDS } from './commands/index.js';
import { wholeNumber } from './parsers.js';
import { plainScreen, type Screen, textWidth } from './screen.js';
import { wrapText } from './table.js';

/** The options that every subcommand has. */
export interface FrameOptions {
  json: boolean;
  seed: number;
  quiet: boolean;
}

export interface ProgramOptions {
  /** Where help is read. @default a file */
  screen?: Screen | undefined;
  /** Takes the help and the version that are asked for. */
  write?: ((text: string) => void) | undefined;
  /** Does a subcommand's work. */
  execute?: ((definition: CommandDefinition, command: Command) => Promise<void> | void) | undefined;
}

export const VERSION = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version;

/** Help is as wide as the terminal, up to where lines get too long to read. */
const MOST_COLUMNS = 110;
const INDENT = 2;
/** A description beside its option is at least as wide as this; else it stands below. */
const LEAST_DESCRIPTION = 32;

function helpWidth(screen: Screen): number {
  return Math.min(screen.columns ?? 80, MOST_COLUMNS);
}

/** The examples of a command: each line as it is typed, and below it what it does. */
function formatExamples(examples: readonly CommandExample[], screen: Screen): string {
  const lines = examples.flatMap(({ line, does }) => [
    `  ${screen.style('cyan', line)}`,
    ...wrapText(does, helpWidth(screen) - 6).map((part) => `      ${part}`),
  ]);
  return `\n${screen.style('bold', 'Examples:')}\n${lines.join('\n')}`;
}

/** How commander writes help: titles in bold, and no word on flags that are not set. */
function helpStyle(screen: Screen): Partial<Help> {
  const width = helpWidth(screen);
  return {
    helpWidth: width,
    formatItem(term, termWidth, description) {
      const isNarrow = width - termWidth - 2 * INDENT < LEAST_DESCRIPTION;
      const indent = isNarrow ? 3 * INDENT : termWidth + 2 * INDENT;
      const lines = wrapText(description, width - indent).map((line) => ' '.repeat(indent) + line);
      const padding = ' '.repeat(Math.max(0, termWidth - textWidth(term)));
      const head = `${' '.repeat(INDENT)}${term}`;
      return isNarrow || description === ''
        ? [head, ...(description === '' ? [] : lines)].join('\n')
        : [`${head}${padding}${' '.repeat(INDENT)}${lines[0]!.trimStart()}`, ...lines.slice(1)].join('\n');
    },
    displayWidth: textWidth,
    styleTitle: (text) => screen.style('bold', text),
    styleOptionTerm: (text) => screen.style('cyan', text),
    styleSubcommandTerm: (text) => screen.style('cyan', text),
    styleArgumentTerm: (text) => screen.style('cyan', text),
    subcommandTerm: (command) =>
      [
        command.name(),
        ...command.registeredArguments.map((argument) => {
          const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
          return argument.required ? `<${name}>` : `[${name}]`;
        }),
      ].join(' '),
    optionDescription(option: Option) {
      const extra: string[] = [];
      if (option.mandatory) extra.push('required');
      if (option.argChoices) extra.push(`one of ${option.argChoices.join(', ')}`);
      // A flag is off unless it is given; saying so would only lengthen the list.
      if (option.defaultValue !== undefined && typeof option.defaultValue !== 'boolean') {
        extra.push(`default ${option.defaultValueDescription ?? String(option.defaultValue)}`);
      }
      return extra.length === 0 ? option.description : `${option.description} (${extra.join('; ')})`;
    },
    argumentDescription(argument) {
      const { description, argChoices } = argument;
      return argChoices ? `${description} (one of ${argChoices.join(', ')})` : description;
    },
  };
}

/**
 * Builds the command line.
 *
 * It never ends the process: usage errors, help and version come as commander's exceptions.
 */
export function createProgram(options: ProgramOptions = {}): Command {
  const { screen = plainScreen, write = () => undefined, execute = () => undefined } = options;
  const program = new Command('lesion')
    .description(
      'Dermoscopic images: finds the outline of a lesion, weighs melanoma, seborrheic keratosis and nevus, and finds dermoscopic features. For research; not a medical device.',
    )
    .configureOutput({
      writeOut: write,
      writeErr: () => undefined,
      getOutHelpWidth: () => helpWidth(screen),
      // Styles are decided above; commander would take them off again where it sees no colours.
      getOutHasColors: () => true,
    })
    .configureHelp(helpStyle(screen))
    .version(VERSION, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .commandsGroup('More:')
    .helpCommand('help [command]', 'print the help of a command')
    .exitOverride();
  program.addHelpText('after', ({ command }) =>
    command !== program
      ? ''
      : [
          '',
          screen.style('bold', 'To begin:'),
          `  ${screen.style('cyan', 'lesion predict photo.jpg --out predictions')}`,
          `  ${screen.style('cyan', 'lesion COMMAND --help')}`,
          '',
          ...wrapText(
            'Exit codes: 0 success, 1 failed run, 2 bad usage or bad input, 130 stopped by Ctrl-C.',
            helpWidth(screen),
          ),
        ].join('\n'),
  );
  for (const definition of COMMANDS) {
    const command = program
      .command(definition.name)
      .summary(definition.summary)
      .description(definition.description)
      .helpGroup(definition.group);
    definition.declare(command);
    command
      .optionsGroup('Every command:')
      .option('--json', 'print one JSON document on standard output', false)
      .option('--seed <number>', 'seed of everything random', wholeNumber({ min: 0 }), 0)
      .option('--quiet', 'no progress, notes and pictures', false)
      .helpOption('-h, --help', 'print this help')
      .allowExcessArguments(false)
      .addHelpText('after', formatExamples(definition.examples, screen))
      .action(() => execute(definition, command));
  }
  return program;
}
