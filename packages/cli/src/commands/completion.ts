/** `lesion completion`: a script by which a shell completes the command line. */
import { Argument } from 'commander';
import { defineCommand } from '../command.js';

const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
type Shell = (typeof SHELLS)[number];

export const completion = defineCommand<[shell: Shell], object>({
  name: 'completion',
  group: 'More:',
  summary: 'print a script by which a shell completes commands, options, values and paths',
  description:
    'Prints a script by which a shell completes commands, options, their values, files and folders at the Tab key. It is made from the declarations of this version; after an update it has to be loaded again, which the lines below do in every new shell (fish: run it again).',
  examples: [
    { line: 'lesion completion bash', does: 'in ~/.bashrc: source <(lesion completion bash)' },
    { line: 'lesion completion zsh', does: 'in ~/.zshrc, after compinit: source <(lesion completion zsh)' },
    {
      line: 'lesion completion fish',
      does: 'once: lesion completion fish > ~/.config/fish/completions/lesion.fish',
    },
    {
      line: 'lesion completion powershell',
      does: 'in $PROFILE: lesion completion powershell | Out-String | Invoke-Expression',
    },
  ],
  stopsCleanly: false,
  declare(command) {
    command.addArgument(new Argument('<shell>', 'whose script').choices(SHELLS));
  },
  async run(_, { positional: [shell] }) {
    // Loaded here, as the program holds this command too.
    const [{ createProgram }, { specify }] = await Promise.all([
      import('../program.js'),
      import('../completion/specification.js'),
    ]);
    const specification = specify(createProgram());
    const scripts: Record<Shell, () => Promise<string>> = {
      bash: async () => (await import('../completion/bash.js')).bashCompletion(specification),
      zsh: async () => (await import('../completion/zsh.js')).zshCompletion(specification),
      fish: async () => (await import('../completion/fish.js')).fishCompletion(specification),
      powershell: async () =>
        (await import('../completion/powershell.js')).powershellCompletion(specification),
    };
    const script = await scripts[shell]();
    return { document: { shell, script }, text: script.trimEnd() };
  },
});
