import { describe, expect, it } from 'vitest';
import { ROWS } from './experiments.js';
import {
  formatOurs,
  formatTable,
  type Measurement,
  measuredTable,
  type Provenance,
  tableSix,
} from './tables.js';

const provenance = (profile: string): Provenance => ({
  profile,
  run: 'lin',
  configuration: 'c0ffee',
  trainingData: 'feed',
  engine: 'cpu',
});
const interval = { value: 0.7512, lower: 0.7, upper: 0.8 };

function measurements(table: string, profiles: (string | null)[]): Measurement[] {
  return ROWS.filter((row) => row.table === table).map((row, i) => {
    const profile = profiles[i] ?? null;
    if (profile === null) return { row, score: undefined, provenance: null, note: null };
    const values = Object.fromEntries(row.metrics.map((metric) => [metric, interval]));
    return { row, score: { images: 5, values, perClass: {} }, provenance: provenance(profile), note: null };
  });
}
const about = { protocol: 'As scored.', notes: [] };

describe('tables', () => {
  it('put ours beside the paper, and say which run is missing', () => {
    const text = formatTable(measuredTable('III', measurements('III', ['paper', null, 'paper']), about));
    expect(text).toContain('| FCRN-88 (DR) | 0.697 | 0.751 [0.700, 0.800] |');
    expect(text).toContain('| FCRN-88 (DR+DM) | 0.607 | – |');
    expect(text).toContain('FCRN-88 (DR+DM): run fcrn88-dr-dm is not trained.');
    expect(text).toContain('Profile: paper.');
    expect(text).toContain('Images: 5.');
  });

  it('say so when the rows are of different profiles', () => {
    const { notes } = measuredTable('III', measurements('III', ['paper', 'quick', 'paper']), about);
    expect(notes).toEqual(['The rows are of different profiles (paper, quick) and do not compare.']);
  });

  it('print the other participants in their order, the LIN among them', () => {
    const { rows } = measuredTable('VIII', measurements('VIII', ['paper']), about);
    expect(rows).toHaveLength(15);
    expect(rows.findIndex(({ label }) => label === 'LIN')).toBe(8);
    expect(rows.filter(({ cells }) => cells['JA']!.ours !== null).map(({ id }) => id)).toEqual(['VIII.1']);
    const tenth = measuredTable('X', measurements('X', ['paper']), about).rows.map(({ label }) => label);
    expect(tenth.indexOf('IPA')).toBe(14);
  });

  it('put two tasks of one system side by side', () => {
    const { rows, columns } = measuredTable('A', measurements('A', ['paper', 'paper']), about);
    expect(columns).toEqual(['JA', 'AUC']);
    expect(rows.filter(({ label }) => label === 'LIN of FCRN-88')).toHaveLength(1);
    expect(rows[0]!.cells['JA']!.ours).toEqual(interval);
    expect(rows[0]!.cells['AUC']).toEqual({ paper: 0.908, ours: interval });
  });

  it('agree with the architecture that is built', () => {
    for (const { cells } of tableSix().rows) {
      for (const { paper, ours } of Object.values(cells)) expect(ours!.value).toBe(paper);
    }
  });

  it('write undefined values as a dash', () => {
    expect(formatOurs(null)).toBe('–');
    expect(formatOurs({ value: Number.NaN, lower: null, upper: null })).toBe('–');
    expect(formatOurs({ value: 374, lower: null, upper: null })).toBe('374');
    expect(formatOurs(interval)).toBe('0.751 [0.700, 0.800]');
  });
});
