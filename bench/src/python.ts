/** A Python that has the libraries which ours are compared with: found, or installed where that may be done. */
import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

const execFileAsync = promisify(execFile);

/** Debian's package for each Python module that a benchmark may need. */
const DEBIAN_PACKAGES = {
  torch: 'python3-torch',
  cv2: 'python3-opencv',
  skimage: 'python3-skimage',
  scipy: 'python3-scipy',
  sklearn: 'python3-sklearn',
  PIL: 'python3-pil',
} as const;
export type PeerModule = keyof typeof DEBIAN_PACKAGES;

export interface FindPythonOptions {
  /** The interpreter to use, and no other. @default the environment's PYTHON, else the first that fits */
  python?: string | undefined;
  /** Whether Debian's packages may be installed where this process is root. @default true */
  install?: boolean | undefined;
  /** Told what is about to be installed. */
  announce(message: string): void;
}

/** An interpreter and its versions, or why there is none. */
export type PythonFound = { python: string; versions: Record<string, string> } | { reason: string };

/** Prints the versions of Python and of the modules that it is called with. */
const INSPECTION = `
import importlib, json, platform, sys
versions = {name: importlib.import_module(name).__version__ for name in sys.argv[1:]}
print(json.dumps({'python': platform.python_version(), **versions}))
`;

async function inspect(python: string, modules: readonly PeerModule[]): Promise<PythonFound> {
  try {
    const { stdout } = await execFileAsync(python, ['-c', INSPECTION, ...modules]);
    return { python, versions: JSON.parse(stdout) as Record<string, string> };
  } catch (error) {
    const { stderr, code } = error as { stderr?: string; code?: string | number };
    const reason = code === 'ENOENT' ? 'not found' : (stderr?.trim().split('\n').pop() ?? String(error));
    return { reason: `${python}: ${reason}` };
  }
}

/** Installs Debian's packages, what apt-get says going to the terminal. @returns whether it worked */
function installPackages(packages: readonly string[]): boolean {
  const aptGet = (...args: string[]): boolean =>
    spawnSync('apt-get', ['-q', ...args], {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status === 0;
  return aptGet('update') && aptGet('install', '--yes', '--no-install-recommends', ...packages);
}

/** Looks for an interpreter with `modules`; says why there is none, and what would mend it. */
export async function findPython(
  modules: readonly PeerModule[],
  { python, install = true, announce }: FindPythonOptions,
): Promise<PythonFound> {
  const named = python ?? process.env['PYTHON'];
  const candidates = named ? [named] : ['python3', '/usr/bin/python3', 'python'];
  const reasons: string[] = [];
  for (const candidate of candidates) {
    const found = await inspect(candidate, modules);
    if ('python' in found) return found;
    reasons.push(found.reason);
  }
  const packages = modules.map((name) => DEBIAN_PACKAGES[name]);
  const command = `apt-get install ${packages.join(' ')}`;
  const mend = `Install it (${command}) or name another interpreter with --python.`;
  const mayInstall = install && !named && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (!mayInstall) return { reason: `${reasons.join('; ')}. ${mend}` };
  announce(`No Python here has ${modules.join(', ')}: running ${command}`);
  if (!installPackages(packages)) return { reason: `${command} failed. ${mend}` };
  return inspect('/usr/bin/python3', modules);
}
