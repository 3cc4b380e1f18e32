// Makes a fresh checkout ready: installs what the lock file names, builds every package. Does nothing twice.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('..', import.meta.url));

/** Runs a program in the repository and ends this process with its exit code if it fails. */
export function run(program, args, options = {}) {
  const result = spawnSync(program, args, {
    cwd: repository,
    stdio: 'inherit',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', ...options.env },
    shell: process.platform === 'win32',
  });
  if (result.error) throw result.error;
  if (result.status !== 0 && !options.allowFailure) process.exit(result.status ?? 1);
  return result.status ?? 1;
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const fits = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
  if (!fits) {
    console.error(`Node ${process.versions.node} is too old; needed: 20.19 or later, or 22.12 or later.`);
    process.exit(2);
  }
}

function installIfNeeded() {
  const lock = readFileSync(`${repository}package-lock.json`);
  const fingerprint = createHash('sha256').update(lock).digest('hex');
  const stamp = `${repository}node_modules/.lesion-installed`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint) return;
  // A checkout that somebody installed by hand has the packages but no stamp.
  const installed = `${repository}node_modules/.package-lock.json`;
  if (
    !existsSync(installed) ||
    statSync(installed).mtimeMs < statSync(`${repository}package-lock.json`).mtimeMs
  ) {
    console.log('Installing packages ...');
    // Not `npm ci`, which refuses a lock file without the binaries of platforms that its maker could not reach.
    run('npm', ['install', '--no-save', '--no-fund', '--no-audit', '--loglevel=error']);
  }
  mkdirSync(`${repository}node_modules`, { recursive: true });
  writeFileSync(stamp, fingerprint);
}

export function setup() {
  checkNode();
  installIfNeeded();
  console.log('Building ...');
  run('npx', ['turbo', 'run', 'build', '--output-logs=errors-only', '--log-order=grouped']);
}
