import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRgbImage } from '@lesion/core';
import { afterAll, describe, expect, it } from 'vitest';
import { formatMeasure, formatNumber, formatSeconds } from './format.js';
import { chartFiles, picture, type ReportData, rankedClass, renderReport } from './index.js';
import { lineChart, thinOut } from './line-chart.js';
import { escapeText, markup } from './markup.js';
import { writeReport } from './node.js';
import { PAGE_SCRIPT, PAGE_SCRIPT_HASH } from './page-script.js';

const folder = mkdtempSync(join(tmpdir(), 'lesion-report-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const dot = picture(createRgbImage({ height: 2, width: 3 }), { description: 'a dark rectangle' });

const run: ReportData = {
  title: 'LIN on the validation split',
  summary: 'Two images were scored.',
  command: 'lesion evaluate --data data --seed 20170',
  seed: 20170,
  engine: 'wasm',
  startedAt: '2024-03-01T10:00:00Z',
  environment: { Node: '20.19.0' },
  warnings: ['one image is missing'],
  steps: [
    { name: 'predict', seconds: 75, detail: '3 images' },
    { name: 'export', seconds: 0, state: 'failed', detail: 'no room' },
  ],
  data: [
    {
      title: 'Images',
      columns: ['Split', 'nevus'],
      rows: [
        ['training', 1372],
        ['test', null],
      ],
    },
  ],
  losses: [
    {
      title: 'FCRN-88 on DR',
      curves: [
        { name: 'training', at: [1, 2, 3], loss: [0.34, 0.08, 0.1] },
        { name: 'validation', at: [1, 3], loss: [0.3, null] },
      ],
    },
  ],
  scores: [
    {
      task: 3,
      protocol: 'isic2017',
      split: 'validation',
      count: 3,
      metrics: { AUC: { value: 0.9, low: 0.85, high: 0.94 }, SE: null },
      perClass: { seborrheic_keratosis: { AUC: 0.91, SE: { value: null, low: null, high: null } } },
      references: [{ name: 'Li & Shen 2018', metrics: { AUC: 0.908 } }],
    },
  ],
  images: [
    {
      id: 'best',
      pictures: { outline: dot },
      measures: { JA: 0.9 },
      indexes: { melanoma: 0.25, nevus: 0.75 },
      probabilities: { melanoma: 0.1, nevus: 0.9 },
    },
    { id: 'unscored', pictures: {}, measures: { JA: null } },
    { id: 'worst', pictures: { refinedMaps: { nevus: dot } }, measures: { JA: 0.1 }, truth: 'melanoma' },
  ],
  models: [{ name: 'FCRN-88', details: { Weights: 31984564 } }],
  protocol: 'isic2017',
  fingerprint: '9f2b',
  rankings: [
    {
      title: 'Diagnosis',
      classes: [
        rankedClass({ name: 'melanoma', labels: [0, 0, 1, 1], scores: [0.1, 0.4, 0.35, 0.8], replicates: 0 }),
      ],
    },
  ],
  reliability: [
    {
      title: 'Diagnosis',
      classes: [
        {
          name: 'melanoma',
          bins: [{ lower: 0, upper: 0.1, count: 4, meanScore: 0.1, positiveShare: 0, low: 0, high: 0.5 }],
          error: 0.1,
        },
      ],
    },
  ],
  histograms: [{ title: 'Overlap', measure: 'JA', values: [0.1, 0.9] }],
  confusions: [
    {
      title: 'Diagnosis',
      classes: ['melanoma', 'nevus'],
      counts: [
        [3, 1],
        [0, 2],
      ],
    },
  ],
  subgroups: [
    {
      title: 'Groups',
      groups: [
        { attribute: 'all', name: 'all images', count: 40, measures: { JA: 0.75 } },
        {
          attribute: 'sex',
          name: 'female',
          count: 3,
          measures: { JA: { value: 0.7, low: 0.6, high: 0.8 }, AUC: null },
        },
      ],
    },
  ],
  comparisons: [
    {
      title: 'Table III',
      columns: ['JA'],
      rows: [
        {
          name: 'LIN',
          cells: [{ reference: 0.751, ours: { value: 0.76, low: 0.73, high: 0.79 } }],
          source: 'profile paper',
          note: 'one run',
        },
      ],
    },
  ],
  figures: [{ title: 'Fig. 4', picture: dot, note: 'superpixels' }],
  cards: [{ name: 'LIN', text: '# A card\n\nOf https://doi.org/10.3390/s18020556 and README.md.' }],
};

const order = (page: string): string[] =>
  [...page.matchAll(/class="identity"><b>([^<]*)/g)].map((match) => match[1]!);

describe('renderReport', () => {
  const page = renderReport(run);

  it('shows each part with its figures', () => {
    const expected = [
      '<h1>LIN on the validation split</h1>',
      '<code>lesion evaluate --data data --seed 20170</code>',
      '<dt>Seed</dt><dd>20170</dd>',
      '<li>one image is missing</li>',
      '<td class="number">1 min 15 s</td>',
      '<span class="failed">failed</span>: no room',
      '<th scope="row">training</th><td class="number">1,372</td>',
      '<th scope="row">test</th><td class="number">—</td>',
      'Task 3: Lesion classification<span class="soft">protocol isic2017, validation, 3 images</span>',
      '<td class="number">0.900<span class="interval">0.850 to 0.940</span></td><td class="number">—</td>',
      '<th scope="row">seborrheic keratosis</th><td class="number">0.910</td><td class="number">—</td>',
      '<tr class="reference"><th scope="row">Li &amp; Shen 2018</th><td class="number">0.908</td>',
      'training loss ends at 0.1, lowest 0.08; validation loss ends at 0.3, lowest 0.3.',
      'style="aspect-ratio:3/2"><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" alt="a dark rectangle"',
      `id="pictures-0">["${dot.source}"]</script>`,
      '<dt>Protocol</dt><dd>isic2017</dd>',
      '<dt>Fingerprint of the data</dt><dd>9f2b</dd>',
      '<span class="spoken">index </span>0.250</dd><dd><span class="spoken">probability </span>0.100</dd>',
      'ROC curves: melanoma, AUC 0.750.',
      '<td class="number">2</td><td class="number">2</td><td class="number">0.750</td>',
      'Reliability of melanoma, expected calibration error 0.100: 0.100 promised, 0.000 found in 4.',
      'JA of 2 images: mean 0.500, median 0.500, lowest 0.100',
      'of melanoma, 3 as melanoma, 1 as nevus; of nevus, 0 as melanoma, 2 as nevus',
      '5 of 6 right',
      'female <span class="tag">few</span>',
      '0.700 (0.600 to 0.800)',
      '<td class="number pair soft">0.751</td><td class="number">0.760 (0.730 to 0.790)</td>',
      'profile paper<span class="interval">one run</span>',
      `<img src="${dot.source}" width="3" height="2" alt="a dark rectangle" decoding="async">`,
      '<h4>A card</h4>',
      '<a href="https://doi.org/10.3390/s18020556" rel="noreferrer noopener">',
      'refined map, nevus',
      'truth: melanoma',
      '<div class="highest"><dt>nevus</dt><dd><span class="spoken">index </span>0.750</dd>',
      '<dt>Weights</dt><dd>31,984,564</dd>',
    ];
    // The missing ones alone: the whole page would drown them.
    expect(expected.filter((text) => !page.includes(text))).toEqual([]);
    const text = page.replace(/base64,[^"]*/g, '').replace(PAGE_SCRIPT, '');
    expect(text.match(/.{0,80}(?:undefined<|NaN|\[object|>null|>false).{0,20}/g)).toBeNull();
  });

  it('puts the worst image first and those without the measure last', () => {
    expect(order(page)).toEqual(['worst', 'best', 'unscored']);
    expect(order(renderReport({ ...run, order: { measure: 'JA', worst: 'highest' } }))).toEqual([
      'best',
      'worst',
      'unscored',
    ]);
    expect(page).toMatch(/aria-sort="ascending"><button[^>]*data-name="JA"/);
    const plain = run.images!.map(({ id, pictures }) => ({ id, pictures }));
    expect(order(renderReport({ title: 'x', images: plain }))).toEqual(['best', 'unscored', 'worst']);
  });

  it('asks for nothing from elsewhere', () => {
    // The links of a card lead out when they are followed, and not before.
    const fetched = page.replace(/<a href="https:[^"]*" rel="noreferrer noopener">/g, '<a>');
    const addresses = [...fetched.matchAll(/(?:src|href|action|srcset|poster|data)="([^"]*)"/g)].map(
      (match) => match[1]!,
    );
    expect(addresses.length).toBeGreaterThan(5);
    for (const address of addresses) expect(address).toMatch(/^(?:data:|#)/);
    expect(page).not.toMatch(
      /@import|url\((?!#)|<(?:iframe|object|embed|base)\b|\bfetch\(|XMLHttpRequest|import\(/,
    );
    expect(page).toContain("default-src 'none'; img-src data:;".replaceAll("'", '&#39;'));
  });

  it('lets its own script run and no other', () => {
    const script = page.match(/<script>([\s\S]*?)<\/script>/)![1]!;
    expect(script).toBe(PAGE_SCRIPT);
    expect(createHash('sha256').update(script).digest('base64')).toBe(PAGE_SCRIPT_HASH);
    expect(page).toContain(`script-src &#39;sha256-${PAGE_SCRIPT_HASH}&#39;`);
    expect(() => new Function(script)).not.toThrow();
  });

  it('escapes all text of the data', () => {
    const evil = `<script>alert("x")</script><img src=x onerror='alert(1)'>&amp;`;
    const filled = (text: string): ReportData => ({
      title: text,
      summary: text,
      command: text,
      seed: text,
      engine: text,
      startedAt: text,
      environment: { [text]: text },
      warnings: [text],
      steps: [{ name: text, seconds: 1, detail: text, state: text as never }],
      data: [{ title: text, columns: [text, text], rows: [[text, text]], note: text }],
      losses: [{ title: text, unit: text, note: text, curves: [{ name: text, at: [1], loss: [1] }] }],
      scores: [
        {
          task: 1,
          protocol: text,
          split: text,
          metrics: { [text]: 1 },
          perClass: { [text]: { [text]: 1 } },
          references: [{ name: text, metrics: {} }],
          note: text,
        },
      ],
      images: [
        {
          id: text,
          pictures: { outline: { ...dot, description: text } },
          truth: text as never,
          measures: { [text]: 1 },
          note: text,
        },
      ],
      models: [{ name: text, details: { [text]: text } }],
      protocol: text,
      fingerprint: text,
      rankings: [
        {
          title: text,
          classes: [rankedClass({ name: text, labels: [0, 1], scores: [0.1, 0.2], replicates: 0 })],
          note: text,
        },
      ],
      reliability: [{ title: text, classes: [{ name: text, bins: [], error: null }], note: text }],
      histograms: [{ title: text, measure: text, values: [0.5], note: text }],
      confusions: [{ title: text, classes: [text], counts: [[1]], note: text }],
      subgroups: [
        {
          title: text,
          groups: [{ attribute: text, name: text, count: 1, measures: { [text]: 0.5 } }],
          note: text,
        },
      ],
      comparisons: [
        {
          title: text,
          reference: text,
          columns: [text],
          rows: [{ name: text, cells: [{ reference: text, ours: 1 }], source: text, note: text }],
          protocol: text,
          notes: [text],
        },
      ],
      figures: [{ title: text, picture: { ...dot, description: text }, note: text }],
      cards: [{ name: text, text: `# ${text}\n\n| a |\n| - |\n| ${text} |\n\n- ${text}\n` }],
    });
    const attacked = renderReport(filled(evil));
    // The page's own script and the pictures of the one image.
    expect(attacked.match(/<script/g)).toHaveLength(2);
    expect(attacked.match(/<script>/g)).toHaveLength(1);
    expect(attacked).not.toMatch(/<img src=x/);
    expect(attacked.split('&lt;script&gt;').length).toBeGreaterThan(30);
    // The same elements as with harmless text: nothing broke out of its place.
    const tags = (page: string) => page.match(/<\/?[a-z][a-z0-9]*/gi);
    expect(tags(attacked)).toEqual(tags(renderReport(filled('harmless'))));
    for (const { svg } of chartFiles(filled(evil))) {
      expect(svg).not.toMatch(/<script|<img/);
      expect(svg.match(/<\/svg>/g)).toHaveLength(2);
    }
  });

  it('takes no markup, no picture and no script from a card', () => {
    const text = [
      '<script>alert(1)</script>',
      '<img src="https://example.org/a.png" onerror="alert(1)">',
      '![seen](https://example.org/pixel.png)',
      '[run](javascript:alert(1)) [file](../../secret.html) [data](data:text/html,x)',
      '[web](https://example.org/"onclick="alert(1))',
      '```"><script>alert(1)</script>\ncode\n```',
      '[label]: javascript:alert(1)\n\n[label]',
    ].join('\n\n');
    const card = renderReport({ title: 'x', cards: [{ name: 'LIN', text }] }).split('class="prose">')[1]!;
    const body = card.slice(0, card.indexOf('</details>'));
    const tags = [...body.matchAll(/<[a-z][^>]*>/g)].map(([tag]) => tag);
    // Two of them the linkified addresses within the refused image and picture.
    for (const tag of tags) expect(tag).toMatch(/^<(?:p|pre|code|a|div)\b/);
    expect(tags.filter((tag) => /\bon[a-z]+="|javascript:|data:/i.test(tag))).toEqual([]);
    expect(tags.filter((tag) => tag.startsWith('<a ')).every((tag) => tag.includes('href="https://'))).toBe(
      true,
    );
  });

  it('takes names that every object has for names', () => {
    const named = renderReport({
      title: 'x',
      scores: [
        {
          task: 1,
          protocol: 'isic2017',
          metrics: { JA: 1, constructor: 0.5 },
          perClass: { nevus: { JA: 1 } },
        },
      ],
    });
    expect(named).toContain('<th scope="col" class="number">constructor</th>');
    expect(named).toContain(
      '<th scope="row">nevus</th><td class="number">1.000</td><td class="number">—</td>',
    );
  });

  it('renders whatever parts there are', () => {
    const least = renderReport({ title: 'nothing yet' });
    expect(least).toContain('<h1>nothing yet</h1>');
    expect(least).not.toContain('<section');
    expect(least).not.toContain('<nav');
    expect(renderReport({ title: 'x', images: [], steps: [], scores: [] })).not.toContain('<section');
    expect(renderReport(JSON.parse(JSON.stringify(run)) as ReportData)).toBe(
      renderReport({ ...run, scores: JSON.parse(JSON.stringify(run.scores)) as ReportData['scores'] }),
    );
  });

  it('names what is wrong', () => {
    expect(() => renderReport({ title: '' })).toThrow('title: a report needs a title');
    expect(() => renderReport({ title: 'x', losess: [] } as never)).toThrow(
      'renderReport: unknown option; got losess; expected one of title, summary',
    );
    const uneven = [{ title: 'LFN', curves: [{ name: 'training', at: [1, 2], loss: [1] }] }];
    expect(() => renderReport({ title: 'x', losses: uneven })).toThrow(
      'losses LFN, training: not one loss for each place; got 1 and 2; expected as many values of loss as of at',
    );
    const ragged = [{ title: 'Images', columns: ['a', 'b'], rows: [[1]] }];
    expect(() => renderReport({ title: 'x', data: ragged })).toThrow(
      'data Images: a row does not fill the columns; got 1 values in row 0; expected 2',
    );
    const outside = { ...dot, source: 'https://example.org/a.png' };
    expect(() => renderReport({ title: 'x', images: [{ id: 'a', pictures: { outline: outside } }] })).toThrow(
      'images a outline.source: not a picture whose bytes lie in the report; got "https://example.org/a.png"; expected data:image/jpeg;base64,.... Make it with picture().',
    );
    const markupInside = { ...dot, source: 'data:image/svg+xml,<svg onload="alert(1)"/>' };
    expect(() =>
      renderReport({ title: 'x', images: [{ id: 'a', pictures: { features: markupInside } }] }),
    ).toThrow('images a features.source: not a picture');
  });
});

describe('lineChart', () => {
  const chart = (values: (number | null)[]) =>
    lineChart({
      description: 'd',
      horizontal: 'epoch',
      vertical: 'loss',
      series: [{ name: 'a', at: values.map((_, i) => i), values }],
    }).toString();

  it('draws lines from the first place to the last, high values above', () => {
    const path = chart([0, 1]).match(/<path d="([^"]*)"/)![1]!;
    expect(path).toBe('M54,228L584,12');
  });

  it('leaves a gap where a value is missing or not finite', () => {
    for (const missing of [null, Number.NaN, Number.POSITIVE_INFINITY]) {
      const drawn = chart([1, 2, missing, 1, 2]);
      expect(drawn.match(/<path d="([^"]*)"/)![1]!.match(/M/g)).toHaveLength(2);
      expect(drawn.match(/<circle/g)).toHaveLength(4);
      expect(drawn).not.toMatch(/NaN|Infinity/);
    }
  });

  it('takes in values that no line has, so that charts side by side compare', () => {
    const line = { name: 'a', at: [0, 1], values: [0, 1] };
    const words = { description: 'd', horizontal: 'epoch', vertical: 'loss' };
    const path = lineChart({ ...words, series: [line], include: { at: [-1], values: [2] } }).toString();
    expect(path.match(/<path d="([^"]*)"/)![1]).toBe('M319,228L584,120');
  });

  it('survives no value at all, one value and equal values', () => {
    for (const values of [[], [null], [1], [2, 2, 2], [-1, -2]]) {
      expect(chart(values)).not.toMatch(/NaN|Infinity|undefined/);
    }
  });

  it('averages neighbours where there are too many points, keeping the mean', () => {
    const values = Array.from({ length: 1000 }, (_, i) => i % 4);
    const { points, size } = thinOut({ name: 'a', at: values.map((_, i) => i), values });
    expect(size).toBe(4);
    expect(points).toHaveLength(250);
    expect(points[0]).toEqual({ at: 1.5, value: 1.5 });
    expect(new Set(points.map(({ value }) => value))).toEqual(new Set([1.5]));
  });
});

describe('markup', () => {
  it('escapes text, nests markup and leaves nothing out of place', () => {
    const name = `a<b>"c"&'d'`;
    expect(String(markup`<i title="${name}">${name}</i>`)).toBe(
      '<i title="a&lt;b&gt;&quot;c&quot;&amp;&#39;d&#39;">a&lt;b&gt;&quot;c&quot;&amp;&#39;d&#39;</i>',
    );
    expect(String(markup`${[markup`<i>`, '<', 1, null, undefined, false]}`)).toBe('<i>&lt;1');
    expect(escapeText('a\u0000b\tc')).toBe('a\ufffdb\tc');
  });
});

describe('formats', () => {
  it('writes measures with three decimals and a dash where undefined', () => {
    expect([0.7512, 1, 0, -0.00001, null, undefined, Number.NaN].map(formatMeasure)).toEqual([
      '0.751',
      '1.000',
      '0.000',
      '0.000',
      '—',
      '—',
      '—',
    ]);
  });
  it('writes numbers and durations as people do', () => {
    expect([1992, 31984564, -1234, 0.1, 0.33333, 1234.56, 0.0000123, null].map(formatNumber)).toEqual([
      '1,992',
      '31,984,564',
      '-1,234',
      '0.1',
      '0.3333',
      '1235',
      '1.23e-5',
      '—',
    ]);
    expect([0.004, 9.994, 9.996, 59.94, 59.96, 245, 3599.6, 12000, 7199.9].map(formatSeconds)).toEqual([
      '0.00 s',
      '9.99 s',
      '10.0 s',
      '59.9 s',
      '1 min 00 s',
      '4 min 05 s',
      '1 h 00 min',
      '3 h 20 min',
      '2 h 00 min',
    ]);
  });
});

describe('the main entry', () => {
  it('needs nothing of Node, so that it runs in browsers', () => {
    const here = new URL('.', import.meta.url);
    const sources = readdirSync(here).filter(
      (name) => !name.endsWith('.test.ts') && !/^(?:node|render-svg)\.ts$/.test(name),
    );
    expect(sources).toContain('index.ts');
    for (const name of sources) {
      expect(readFileSync(new URL(name, here), 'utf8')).not.toMatch(
        /from '(?:node:|\.\/(?:node|render-svg)\.js)|\bBuffer\.|\bprocess\./,
      );
    }
  });
});

describe('writeReport', () => {
  it('writes the page whole, makes the folder and leaves nothing else', async () => {
    const path = join(folder, 'run', 'deep', 'report.html');
    await writeReport(path, run);
    await writeReport(path, { ...run, title: 'again' });
    expect(readFileSync(path, 'utf8')).toBe(renderReport({ ...run, title: 'again' }));
    expect(readdirSync(join(folder, 'run', 'deep'))).toEqual(['report.html']);
  });

  it('keeps an earlier report when the new one fails', async () => {
    const path = join(folder, 'kept.html');
    writeFileSync(path, 'earlier');
    await expect(writeReport(path, { title: '' })).rejects.toThrow('title: a report needs a title');
    expect(readFileSync(path, 'utf8')).toBe('earlier');
    await expect(writeReport(folder, run)).rejects.toThrow();
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});
