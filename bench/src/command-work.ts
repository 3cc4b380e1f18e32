/** A whole program as the work of a step: plain data. */
export interface CommandWork {
  /** Library and version, as a row names them. */
  name: string;
  program: string;
  args: readonly string[];
  /** Added to the environment. */
  environment: Readonly<Record<string, string>>;
  /** The folder that the program writes to, emptied before each step. */
  out: string;
  /** Images that a step predicts. */
  images: number;
}
