// What `bin/lesion.js` runs: hands the process's arguments and streams to the command and ends with its exit code.
import { runCli } from './run.js';

// A reader that closes the pipe early, such as `head`, is no failure of ours.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

// Engines may leave threads and devices open, so the process is ended instead of left to run out.
process.exit(await runCli(process.argv.slice(2)));
