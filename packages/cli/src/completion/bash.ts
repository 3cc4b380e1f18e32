/** The completion script for bash, from 3.2 on. Pure. */
import type { CompletedCommand, CompletedValue, Specification } from './specification.js';

/** What `_lesion_offer` is called with: the kind of path, then words. */
function offer({ words, paths }: CompletedValue): string {
  return ['_lesion_offer', paths, ...words].join(' ');
}

function commandCase({ name, options, arguments: positional }: CompletedCommand): string[] {
  const valued = options.filter((option) => option.value !== undefined);
  const flags = options.flatMap((option) => option.flags);
  const last = positional.at(-1);
  const places = positional.map(({ value }, index) => `          ${index + 1}) ${offer(value)} ;;`);
  // A variadic argument takes every place after its own too.
  if (last?.variadic) places[places.length - 1] = `          *) ${offer(last.value)} ;;`;
  return [
    `    ${name})`,
    '      case "$option" in',
    ...valued.map((option) => `        ${option.flags.join('|')}) ${offer(option.value!)}; return ;;`),
    '      esac',
    '      if [[ $current == -* ]]; then',
    `        _lesion_offer none ${flags.join(' ')}`,
    ...(places.length === 0
      ? []
      : [
          '      else',
          `        _lesion_count '${valued.flatMap((option) => option.flags).join(' ')}'`,
          '        case $place in',
          ...places,
          '        esac',
        ]),
    '      fi ;;',
  ];
}

/** The script. */
export function bashCompletion({ program, options, commands }: Specification): string {
  const names = commands.map(({ name }) => name);
  const flags = options.flatMap((option) => option.flags);
  return `# Completion of ${program} for bash. To have it in every shell, put this line into ~/.bashrc:
#   source <(${program} completion bash)

# Offers words that begin with what is typed, and files or folders.
_lesion_offer() {
  local paths=$1
  shift
  COMPREPLY+=($(compgen -W "$*" -- "$current"))
  # Readline completes names itself where nothing is offered: it knows tildes, blanks and quotes.
  case $paths in
    files) compopt -o default 2>/dev/null ;;
    folders) compopt +o default -o dirnames -o plusdirs 2>/dev/null ;;
    none) compopt +o default 2>/dev/null ;;
  esac
}

# Counts which positional argument is being typed; options that take a value are given in $1.
_lesion_count() {
  local index word skip=
  place=1
  for ((index = at + 1; index < COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    if [[ -n $skip ]]; then
      skip=
      # --option=value comes as three words.
      [[ $word == '=' ]] && skip=yes
    elif [[ $word == -* ]]; then
      [[ " $1 " == *" $word "* ]] && skip=yes
    else
      ((place++))
    fi
  done
}

_${program}() {
  local current=\${COMP_WORDS[COMP_CWORD]} option=\${COMP_WORDS[COMP_CWORD - 1]} command= at place
  COMPREPLY=()
  if [[ $current == '=' ]]; then
    current=
  elif [[ $option == '=' ]]; then
    option=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((at = 1; at < COMP_CWORD; at++)); do
    if [[ \${COMP_WORDS[at]} != -* ]]; then
      command=\${COMP_WORDS[at]}
      break
    fi
  done
  case $command in
    '')
      if [[ $current == -* ]]; then
        _lesion_offer none ${flags.join(' ')}
      else
        _lesion_offer none ${names.join(' ')}
      fi ;;
${commands.flatMap(commandCase).join('\n')}
  esac
}

complete -o default -F _${program} ${program}
`;
}
