/** Systems: what predicts an image. Several rows share one, and its predictions are kept on disk under its name. */
import { createHash } from 'node:crypto';
import { type LinSystem, type MeasuredRow, ROWS, type RunName, SCALE_NAMES } from './experiments.js';
import type { ReproductionProfile } from './profiles.js';
import type { FinishedRun } from './runs.js';

/** The name of a system's folder: `lin_dr-dm_300-500`. */
export function systemName({ run, networks, scales }: LinSystem): string {
  return `${run}_${networks.join('-')}_${scales.map((scale) => scale.slice(1)).join('-')}`;
}

/** The folder name of what a row is measured on. */
export function systemNameOf(row: MeasuredRow): string {
  return row.kind === 'lin' ? systemName(row.system) : row.run;
}

/** The systems of some rows, each once. */
export function linSystemsOf(rows: readonly MeasuredRow[]): Map<string, LinSystem> {
  return new Map(
    rows.flatMap((row) => (row.kind === 'lin' ? [[systemName(row.system), row.system] as const] : [])),
  );
}

/** Every system that a run takes part in. */
export function rowsOfRuns(runs: ReadonlySet<RunName>): MeasuredRow[] {
  return ROWS.filter((row) => runs.has(row.kind === 'lin' ? row.system.run : row.run));
}

/**
 * Identifies what a system predicts: its weights' hashes, the networks it takes, the pixels of its scales.
 * Predictions under another identity are made anew.
 */
export function systemIdentity(
  system: LinSystem | RunName,
  { manifest }: FinishedRun,
  profile: ReproductionProfile,
): string {
  const parts =
    typeof system === 'string'
      ? {}
      : { networks: system.networks, scales: system.scales.map((scale) => profile.scales[scale]) };
  return createHash('sha256')
    .update(JSON.stringify({ ...parts, files: manifest.files, inference: manifest.inference }))
    .digest('hex');
}

/** The scales in the paper's order that any of some systems looks at. */
export function scalesOf(systems: Iterable<LinSystem>): (typeof SCALE_NAMES)[number][] {
  const used = new Set([...systems].flatMap(({ scales }) => scales));
  return SCALE_NAMES.filter((scale) => used.has(scale));
}
