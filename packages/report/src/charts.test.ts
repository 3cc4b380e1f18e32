import { describe, expect, it } from 'vitest';
import { confusionChart } from './confusion-chart.js';
import { precisionRecallChart, rocChart } from './curve-chart.js';
import { formatInterval } from './format.js';
import { histogramChart, histogramCounts, median } from './histogram-chart.js';
import { chartFiles, confusionSvg, type ReportData, rankedClass, reliableClass, subgroups } from './index.js';
import { renderSvg } from './node.js';
import { reliabilityChart } from './reliability-chart.js';
import { wilsonInterval } from './reliable-class.js';
import { subgroupChart } from './subgroup-chart.js';

/** Ordered by score, highest first: 1 (0.8), 0 (0.4), 1 (0.35), 0 (0.1). */
const four = { name: 'melanoma', labels: [0, 0, 1, 1], scores: [0.1, 0.4, 0.35, 0.8] };

/** The coordinates of a path of straight lines. */
const coordinates = (path: string): number[][] =>
  [...path.matchAll(/[ML]?(-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);

const paths = (element: unknown): string[] =>
  [...String(element).matchAll(/<path d="([^"]*)"/g)].map(([, path]) => path!);

describe('rankedClass', () => {
  it('finds the curves that one draws by hand', () => {
    const { roc, precisionRecall, positives, negatives } = rankedClass({ ...four, replicates: 0 });
    expect([positives, negatives]).toEqual([2, 2]);
    expect([roc.x, roc.y]).toEqual([
      [0, 0, 0.5, 0.5, 1],
      [0, 0.5, 0.5, 1, 1],
    ]);
    expect(roc.area).toBe(0.75);
    expect(precisionRecall.x).toEqual([0, 0.5, 0.5, 1, 1]);
    expect(precisionRecall.y).toBeAllClose([1, 1, 1 / 2, 2 / 3, 1 / 2]);
    // 0.5 x 1 + 0.5 x 2/3
    expect(precisionRecall.area).toBeCloseTo(5 / 6, 12);
    expect(roc.band).toBeUndefined();
  });

  it('draws a band around the curve and an interval around the area, the same for the same seed', () => {
    const labels = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? 1 : 0));
    const scores = labels.map((label, i) => ((i * 37) % 100) / 200 + 0.25 * label);
    const options = { name: 'a', labels, scores, replicates: 200, seed: 3 };
    const ranked = rankedClass(options);
    expect(rankedClass(options)).toEqual(ranked);
    const area = ranked.roc.area as { value: number; low: number; high: number };
    expect(area.low).toBeLessThan(area.value);
    expect(area.high).toBeGreaterThan(area.value);
    const band = ranked.roc.band!;
    expect(band.x).toHaveLength(101);
    for (const [i, low] of band.low.entries()) expect(low).toBeLessThanOrEqual(band.high[i]!);
    // The band rises with the curve, and ends where every curve does.
    expect(band.low[20]).toBeLessThan(band.low[80]!);
    expect([band.low[100], band.high[100]]).toEqual([1, 1]);
    expect(JSON.parse(JSON.stringify(ranked))).toEqual(ranked);
  });

  it('leaves the areas undefined where a class is missing', () => {
    const { roc, precisionRecall } = rankedClass({
      name: 'a',
      labels: [0, 0],
      scores: [0.1, 0.2],
      replicates: 10,
    });
    expect(roc.area).toEqual({ value: null, low: null, high: null });
    expect(precisionRecall.band!.low.every((value) => value === null)).toBe(true);
    expect(
      String(rocChart([{ name: 'a', positives: 0, negatives: 2, roc, precisionRecall }]).element),
    ).not.toMatch(/NaN|Infinity/);
  });

  it('keeps long curves short and close', () => {
    const labels = Uint8Array.from({ length: 20_000 }, (_, i) => (i % 7 === 0 ? 1 : 0));
    const scores = Float64Array.from(labels, (label, i) => ((i * 7919) % 20_011) / 30_000 + 0.2 * label);
    const { roc, precisionRecall } = rankedClass({ name: 'a', labels, scores, replicates: 0 });
    expect(roc.x.length).toBeLessThan(1100);
    expect(precisionRecall.x.length).toBeLessThan(1600);
    let doubled = 0;
    for (let i = 1; i < roc.x.length; i++)
      doubled += (roc.x[i]! - roc.x[i - 1]!) * (roc.y[i]! + roc.y[i - 1]!);
    expect(doubled / 2).toBeCloseTo(roc.area as number, 3);
  });

  it('names what is wrong', () => {
    expect(() => rankedClass({ name: 'streaks', labels: [0], scores: [0.1, 0.2] })).toThrow(
      'rankedClass streaks: not a score for each label; got 1 labels and 2 scores; expected as many of both, at least 1',
    );
    expect(() => rankedClass({ ...four, replicates: -1 })).toThrow('replicates');
  });
});

describe('charts of curves', () => {
  const ranked = rankedClass({ ...four, replicates: 0 });

  it('put (0, 0) and (1, 1) into the corners of the field', () => {
    // From 54 to 400 across and from 358 up to 12.
    expect(coordinates(paths(rocChart([ranked]).element)[0]!)).toEqual([
      [54, 358],
      [54, 185],
      [227, 185],
      [227, 12],
      [400, 12],
    ]);
    expect(coordinates(paths(precisionRecallChart([ranked]).element)[0]!)).toEqual([
      [54, 12],
      [227, 12],
      [227, 185],
      [400, 127.3],
      [400, 185],
    ]);
  });

  it('are told in words too', () => {
    expect(String(rocChart([ranked]).element)).toContain('aria-label="ROC curves: melanoma, AUC 0.750."');
  });
});

describe('reliableClass', () => {
  it('bins scores and measures how far they are off', () => {
    const { bins, error } = reliableClass({
      name: 'a',
      labels: [0, 1, 1],
      scores: [0.1, 0.6, 0.8],
      bins: 2,
      replicates: 0,
    });
    expect(bins.map(({ count, meanScore, positiveShare }) => [count, meanScore, positiveShare])).toEqual([
      [1, 0.1, 0],
      [2, 0.7, 1],
    ]);
    expect(error).toBeCloseTo((0.1 + 2 * 0.3) / 3, 12);
  });

  it('gives shares the intervals of Wilson', () => {
    // Wilson's own formula, worked out to four digits with pencil and paper for 1 of 10 and 0 of 10.
    expect(wilsonInterval(1, 10)).toBeAllClose([0.0179, 0.4042], 1e-4);
    expect(wilsonInterval(0, 10)).toBeAllClose([0, 0.2775], 1e-4);
  });

  it('marks each bin where mean probability and share meet', () => {
    const chart = reliabilityChart({
      name: 'a',
      bins: [{ lower: 0.5, upper: 0.6, count: 4, meanScore: 0.5, positiveShare: 1, low: 0.5, high: 1 }],
      error: 0.5,
    });
    expect(String(chart.element)).toContain('<circle cx="227" cy="12" r="3.5"/>');
    expect(String(chart.element)).toContain('<line class="whisker" x1="227" x2="227" y1="185" y2="12"/>');
    expect(String(chart.element)).toContain('>4</text>');
  });
});

describe('histograms', () => {
  it('count values, those on an edge above it and 1 in the last bin', () => {
    const counts = histogramCounts([0, 0.049, 0.05, 0.15, 0.999, 1]);
    expect([counts[0], counts[1], counts[3], counts[19]]).toEqual([2, 1, 1, 2]);
    expect(counts.reduce((sum, count) => sum + count)).toBe(6);
  });

  it('draw a bar as high as its count, and the median', () => {
    const chart = String(
      histogramChart({ title: 'x', measure: 'JA', values: [0.52, 0.53, 0.54, 0.9] }).element,
    );
    // The bin from 0.5 to 0.55 holds three of the four: from 258 up to a quarter below the top at 4.
    expect(chart.match(/<rect class="column"[^>]*y="(?!258)[^>]*>/g)).toHaveLength(2);
    expect(chart).toContain('median 0.535');
    expect(median([3, 1, 2])).toBe(2);
    expect(median([])).toBeNaN();
  });
});

describe('confusion matrices', () => {
  it('tell counts and shares of the row', () => {
    const confusion = {
      title: 'Diagnosis',
      classes: ['melanoma', 'nevus'],
      counts: [
        [3, 1],
        [0, 0],
      ],
    };
    const chart = String(confusionChart(confusion).element);
    expect([...chart.matchAll(/>(\d+ %)</g)].map(([, share]) => share)).toEqual(['75 %', '25 %']);
    expect(chart).toContain('4 in truth');
    expect(confusionSvg(confusion)).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="\d+"/);
  });
});

describe('subgroups', () => {
  const items = [
    { sex: 'male', ja: 0.5 },
    { sex: 'female', ja: 0.8 },
    { sex: undefined, ja: 0.2 },
    { sex: 'male', ja: 0.7 },
  ];
  const mean = (group: readonly { ja: number }[]): number =>
    group.reduce((sum, { ja }) => sum + ja, 0) / group.length;

  it('measure all, then each group by name, the unknown last', () => {
    const groups = subgroups({
      items,
      attributes: { sex: ({ sex }) => sex, age: () => undefined },
      measures: { JA: mean },
      replicates: 0,
    });
    expect(groups.map(({ name, count, measures }) => [name, count, measures['JA']])).toEqual([
      ['all images', 4, (0.5 + 0.8 + 0.2 + 0.7) / 4],
      ['female', 1, 0.8],
      ['male', 2, 0.6],
      ['not known', 1, 0.2],
    ]);
  });

  it('draw a mark at its value, hollow where there are few, and leave out what is undefined', () => {
    const chart = String(
      subgroupChart({
        title: 'x',
        groups: [
          { attribute: 'all', name: 'all images', count: 30, measures: { JA: 0.5 } },
          { attribute: 'sex', name: 'female', count: 3, measures: { JA: { value: 0, low: 0, high: 1 } } },
          { attribute: 'sex', name: 'male', count: 27, measures: { JA: null } },
        ],
      }).element,
    );
    // An axis of 126 units with 4 to each side.
    expect(chart).toContain('<g class="series series-1"><circle cx="63" cy="8" r="3.5"/>');
    expect(chart).toContain(
      '<g class="series series-1 small"><line x1="4" x2="122" y1="8" y2="8"/><circle cx="4" cy="8" r="3.5"/>',
    );
    expect(chart.match(/<circle/g)).toHaveLength(2);
  });
});

describe('chart files', () => {
  it('are every chart of a report, each an SVG of its own that becomes a PNG', () => {
    const classes = [rankedClass({ ...four, replicates: 20 })];
    const run: ReportData = {
      title: 'x',
      rankings: [
        { title: 'One', classes },
        { title: 'Two', classes },
      ],
      reliability: [{ title: 'Reliability', classes: [reliableClass({ ...four, replicates: 0 })] }],
      losses: [{ title: 'Loss', curves: [{ name: 'training', at: [1, 2], loss: [2, 1] }] }],
    };
    const files = chartFiles(run);
    expect(files.map(({ name }) => name)).toEqual([
      'roc-1',
      'roc-2',
      'precision-recall-1',
      'precision-recall-2',
      'reliability',
      'loss',
    ]);
    for (const { svg } of files) {
      expect(svg).not.toMatch(/var\(--|NaN|undefined|href="(?!data:)/);
      expect([...renderSvg(svg, { scale: 0.5 }).subarray(1, 4)]).toEqual([80, 78, 71]);
    }
  });
});

describe('formatInterval', () => {
  it('gives bounds where there are any', () => {
    expect(formatInterval(0.5)).toBe('0.500');
    expect(formatInterval({ value: 0.5, low: 0.4, high: 0.6 })).toBe('0.500 (0.400 to 0.600)');
    expect(formatInterval({ value: null, low: null, high: null })).toBe('—');
  });
});
