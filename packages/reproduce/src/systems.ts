/** Systems: what predicts an image. Several rows share one, and its predictions are kept on disk under its name. */
import { createHash } from 'node:crypto';
import type { ComponentWeight } from '@lesion/licu';
import { type LinSystem, type MeasuredRow, ROWS, type RunName, SCALE_NAMES } from './experiments.js';
import type { ReproductionProfile } from './profiles.js';
import type { FinishedRun } from './runs.js';

/** The name of a system's folder: `lin_dr-dm_300-500`. */
export function systemName({ run, networks, scales, component }: LinSystem): string {
  const parts = [run, networks.join('-'), scales.map((scale) => scale.slice(1)).join('-')];
  return [...parts, ...(component === undefined ? [] : [component])].join('_');
}

/** Which connected component a system takes for the lesion. */
export function componentOf({ component }: LinSystem, profile: ReproductionProfile): ComponentWeight {
  return component ?? profile.component;
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
 * Identifies what a system predicts: its weights' hashes, the networks it takes, the pixels of its scales, its component.
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
      : {
          networks: system.networks,
          scales: system.scales.map((scale) => profile.scales[scale]),
          component: componentOf(system, profile),
        };
  return createHash('sha256')
    .update(JSON.stringify({ ...parts, files: manifest.files, inference: manifest.inference }))
    .digest('hex');
}

/** The scales, the smallest first, that any of some systems looks at. */
export function scalesOf(systems: Iterable<LinSystem>): (typeof SCALE_NAMES)[number][] {
  const used = new Set([...systems].flatMap(({ scales }) => scales));
  return SCALE_NAMES.filter((scale) => used.has(scale));
}
