/** The completion script for fish, from 3.0 on. Pure. */
import type { CompletedCommand, CompletedOption, CompletedValue, Specification } from './specification.js';

/** In single quotes. */
const quote = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;

/** What follows an option or stands as an argument. */
function values({ words, paths }: CompletedValue): string {
  const listed = [...words, ...(paths === 'folders' ? ['(__fish_complete_directories)'] : [])].join(' ');
  return `${paths === 'files' ? '-F' : '-f'}${listed === '' ? '' : ` -a ${quote(listed)}`}`;
}

function option(program: string, condition: string, { flags, description, value }: CompletedOption): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const taken = value === undefined ? '' : ` -r ${values(value)}`;
  return `complete -c ${program} -n ${quote(condition)} ${names.join(' ')}${taken} -d ${quote(description)}`;
}

function commandLines(program: string, command: CompletedCommand): string[] {
  const { name, options, arguments: positional } = command;
  const valued = options.filter(({ value }) => value !== undefined).flatMap(({ flags }) => flags);
  return [
    ...options.map((one) => option(program, `__${program}_is ${name}`, one)),
    ...positional.map(({ value, variadic }, index) => {
      const place = `__${program}_place ${variadic ? '-ge' : '-eq'} ${index + 1} ${valued.join(' ')}`;
      return `complete -c ${program} -n ${quote(`__${program}_is ${name}; and ${place}`)} ${values(value)}`;
    }),
  ];
}

/** The script. */
export function fishCompletion({ program, options, commands }: Specification): string {
  return `# Completion of ${program} for fish. To have it in every shell:
#   ${program} completion fish > ~/.config/fish/completions/${program}.fish

# Whether the command is the one given; without one, whether none has been typed yet.
function __${program}_is
    set -l words (commandline -opc)
    for word in $words[2..-1]
        string match -q -- '-*' $word; and continue
        test (count $argv) -gt 0; and test $word = $argv[1]
        return
    end
    test (count $argv) -eq 0
end

# Compares the number of the positional argument that is being typed: -eq or -ge, number, options that take a value.
function __${program}_place
    set -l words (commandline -opc)
    set -l place 0
    set -l skip no
    for word in $words[2..-1]
        if test $skip = yes
            set skip no
        else if string match -q -- '-*' $word
            contains -- $word $argv[3..-1]; and set skip yes
        else
            set place (math $place + 1)
        end
    end
    test $place $argv[1] $argv[2]
end

complete -c ${program} -f
${options.map((one) => option(program, `__${program}_is`, one)).join('\n')}
${commands
  .map(({ name, summary }) => `complete -c ${program} -n '__${program}_is' -a ${name} -d ${quote(summary)}`)
  .join('\n')}
${commands.flatMap((command) => commandLines(program, command)).join('\n')}
`;
}
