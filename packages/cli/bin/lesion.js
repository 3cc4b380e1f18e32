#!/usr/bin/env node
// The command's entry. npm links it when it installs this workspace, so it has to be there before anything is built.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const program = new URL('../dist/bin.js', import.meta.url);
if (existsSync(program)) {
  await import(program.href);
} else {
  process.stderr.write(
    `error: the command is not built yet; got no ${fileURLToPath(program)}. Run npm run build.\n`,
  );
  process.exitCode = 1;
}
