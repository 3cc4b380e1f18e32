/** The completion script for zsh. Pure. */
import type { CompletedCommand, CompletedOption, CompletedValue, Specification } from './specification.js';

/** In single quotes. */
const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Text within a specification of `_arguments`, which reads colons and brackets itself. */
const plain = (text: string): string => text.replace(/[[\]:\\]/g, '\\$&');

function action({ words, paths }: CompletedValue): string {
  const listed = `(${words.join(' ')})`;
  const named = paths === 'folders' ? '_files -/' : paths === 'files' ? '_files' : '';
  if (words.length === 0) return named === '' ? ' ' : named;
  if (named === '') return listed;
  // Colons of its own, as those of the specification around it end the action.
  return `{_alternative "words\\:word\\:${listed}" "paths\\:path\\:${named}"}`;
}

function option({ flags, description, value }: CompletedOption): string {
  const [first = ''] = flags;
  const told = `[${plain(description)}]`;
  if (value !== undefined) return quote(`${first}=${told}:${first.replace(/^-+/, '')}:${action(value)}`);
  // Of the two forms of a flag only one can be given.
  return flags.length === 1
    ? quote(`${first}${told}`)
    : `${quote(`(${flags.join(' ')})`)}{${flags.join(',')}}${quote(told)}`;
}

function commandCase({ name, options, arguments: positional }: CompletedCommand): string[] {
  const specifications = [
    ...options.map(option),
    ...positional.map(({ name: what, value, variadic }) =>
      quote(`${variadic ? '*' : ''}:${what}:${action(value)}`),
    ),
  ];
  return [
    `        ${name})`,
    '          _arguments \\',
    `${specifications.map((text) => `            ${text}`).join(' \\\n')} ;;`,
  ];
}

/** The script. */
export function zshCompletion({ program, options, commands }: Specification): string {
  return `#compdef ${program}
# Completion of ${program} for zsh. To have it in every shell, put this line into ~/.zshrc, after compinit:
#   source <(${program} completion zsh)

_${program}() {
  local context state state_descr line curcontext=$curcontext
  typeset -A opt_args
  _arguments -C \\
${options.map((one) => `    ${option(one)} \\`).join('\n')}
    '1: :->command' \\
    '*:: :->arguments'
  case $state in
    command)
      local -a commands
      commands=(
${commands.map(({ name, summary }) => `        ${quote(`${name}:${summary.replaceAll(':', '\\:')}`)}`).join('\n')}
      )
      _describe command commands ;;
    arguments)
      curcontext="\${curcontext%:*:*}:${program}-$line[1]:"
      case $line[1] in
${commands.flatMap(commandCase).join('\n')}
      esac ;;
  esac
}

# Sourced it has to be tied to the command; found in a folder of $fpath it is called.
if [[ $funcstack[1] == _${program} ]]; then
  _${program} "$@"
else
  compdef _${program} ${program}
fi
`;
}
