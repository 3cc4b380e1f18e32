/** A run's command line from its parsed options, as it may be typed again. Leans on nothing. */

/** Flags that are on unless `--no-…` is given. */
const ON_BY_DEFAULT = new Set(['licu', 'overlays', 'picture', 'report', 'batchNorm', 'lossWeights', 'masks']);

const flag = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** A word as a POSIX shell takes it for one. */
function quoted(word: string): string {
  return /^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** More paths than these are counted, not listed: a folder of photographs would fill pages. */
const MOST_PATHS = 8;

function textOf(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(',');
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  // What whereFilter made of `column=value`.
  const { column, value: wanted } = value as { column?: unknown; value?: unknown };
  return column === undefined ? undefined : `${column}=${wanted}`;
}

/**
 * The command line that gives a run again.
 *
 * @param name the subcommand
 * @param given its positional arguments, its options by commander's names, and the seed
 */
export function commandLine(
  name: string,
  given: { positional?: readonly string[]; options: object; seed: number },
): string {
  const { positional = [], options, seed } = given;
  const parts = ['lesion', name, ...positional.slice(0, MOST_PATHS).map(quoted)];
  if (positional.length > MOST_PATHS) parts.push(`… (${positional.length} in all)`);
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined || value === null) continue;
    if (typeof value === 'boolean') {
      const isOnByDefault = ON_BY_DEFAULT.has(key);
      if (value === isOnByDefault) continue;
      parts.push(`--${isOnByDefault ? 'no-' : ''}${flag(key)}`);
      continue;
    }
    const text = textOf(value);
    if (text !== undefined) parts.push(`--${flag(key)}`, quoted(text));
  }
  return [...parts, '--seed', String(seed)].join(' ');
}
