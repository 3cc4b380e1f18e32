import { describe, expect, it } from 'vitest';
import { ROWS, RUNS, runOf, TABLE_IDS } from './experiments.js';
import { TABLE_IX_REFERENCES, TABLE_VIII_REFERENCES, TABLE_X_REFERENCES } from './paper.js';
import { REPRODUCTION_PROFILES } from './profiles.js';
import { neededRuns } from './reproduce.js';
import type { FinishedRun } from './runs.js';
import { linSystemsOf, systemIdentity, systemName } from './systems.js';

describe('the experiments', () => {
  it('have as many rows as the paper prints', () => {
    const count = (table: string): number => ROWS.filter((row) => row.table === table).length;
    expect(TABLE_IDS.slice(0, 10).map(count)).toEqual([0, 0, 3, 5, 2, 0, 5, 1, 1, 1]);
    expect(
      [TABLE_VIII_REFERENCES, TABLE_IX_REFERENCES, TABLE_X_REFERENCES].map(({ length }) => length),
    ).toEqual([14, 1, 14]);
  });

  it('name each row once, and runs and networks that there are', () => {
    expect(new Set(ROWS.map(({ id }) => id)).size).toBe(ROWS.length);
    for (const row of ROWS) {
      const run = RUNS.find(({ name }) => name === runOf(row))!;
      expect(run.kind).toBe(row.kind);
      if (row.kind === 'lin' && run.kind === 'lin') {
        const networks = run.dataSets.map((dataSet) => dataSet.toLowerCase().replace('+', '-'));
        for (const network of row.system.networks) expect(networks).toContain(network);
      }
    }
  });

  it('share predictions between rows that differ in weighting or metric alone', () => {
    const lin = ROWS.filter((row) => row.kind === 'lin' && systemName(row.system) === 'lin_dr-dm_300-500');
    expect(lin.map(({ id }) => id)).toEqual(['IV.4', 'V.1', 'V.2', 'VIII.1', 'X.1', 'A.1', 'A.2']);
    expect(linSystemsOf(ROWS).size).toBe(19);
  });

  it('ask for no run that nothing is measured on', () => {
    expect(neededRuns(TABLE_IDS, [])).toEqual(RUNS.map(({ name }) => name));
    expect(neededRuns(['VII'], [])).toEqual(
      RUNS.filter(({ kind }) => kind === 'lfn').map(({ name }) => name),
    );
    expect(neededRuns(['I', 'VI'], [4])).toEqual([]);
    expect(neededRuns([], [7])).toEqual(['lin', 'fcrn88-dr-dm']);
  });

  it('make predictions anew when weights, scales or component change', () => {
    const run = (sha256: string) =>
      ({
        manifest: { files: { 'dr.safetensors': { bytes: 1, sha256 } }, inference: {} },
      }) as unknown as FinishedRun;
    const system = { run: 'lin', networks: ['dr'], scales: ['~300'] } as const;
    const { paper, quick } = REPRODUCTION_PROFILES;
    const identity = systemIdentity(system, run('a'), paper);
    expect(systemIdentity(system, run('a'), paper)).toBe(identity);
    expect(systemIdentity(system, run('b'), paper)).not.toBe(identity);
    expect(systemIdentity(system, run('a'), quick)).not.toBe(identity);
    expect(systemIdentity({ ...system, networks: ['dm'] }, run('a'), paper)).not.toBe(identity);
    expect(systemIdentity({ ...system, component: 'centrality' }, run('a'), paper)).not.toBe(identity);
    expect(systemIdentity({ ...system, component: 'area' }, run('a'), paper)).toBe(identity);
  });
});
