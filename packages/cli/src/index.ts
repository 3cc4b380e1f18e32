/** `@lesion/cli`: the `lesion` command as a function, for programs that call it in their own process. */
export { EXIT, type ExitCode } from './exit-codes.js';
export { type OutputStream, type RunCliOptions, runCli } from './run.js';
