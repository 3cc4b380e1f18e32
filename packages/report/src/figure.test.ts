import { createRgbImage } from '@lesion/core';
import { describe, expect, it } from 'vitest';
import { figureSvg } from './index.js';

const image = createRgbImage({ height: 4, width: 8 }, new Uint8Array(96).fill(120));
const chart = {
  description: 'losses',
  horizontal: 'epoch',
  vertical: 'loss',
  series: [
    { name: 'training', at: [1, 2], values: [2, 1] },
    { name: 'validation', at: [1, 2], values: [2.5, null] },
  ],
};

describe('figureSvg', () => {
  it('puts panels into rows, each with its caption, and everything into one file', () => {
    const svg = figureSvg({
      title: 'Two and one',
      columns: 2,
      panelWidth: 100,
      panels: [
        { image, caption: 'left' },
        { image, caption: 'right' },
        { image, caption: 'below' },
      ],
      notes: ['A note.'],
    });
    const places = [...svg.matchAll(/<g transform="translate\((\d+) (\d+)\)">/g)].map(([, x, y]) => [
      Number(x),
      Number(y),
    ]);
    expect(places[1]![0]! - places[0]![0]!).toBe(116);
    expect(places[0]![1]).toBe(places[1]![1]);
    expect(places[2]![0]).toBe(places[0]![0]);
    expect(places[2]![1]).toBeGreaterThan(places[0]![1]! + 50);
    expect(svg.match(/data:image\/jpeg;base64,/g)).toHaveLength(3);
    expect(svg).not.toMatch(/href="(?!data:)/);
    for (const text of ['Two and one', 'left', 'right', 'below', 'A note.'])
      expect(svg).toContain(`>${text}<`);
  });

  it('draws charts with a legend in colours of their own', () => {
    const svg = figureSvg({ title: 'Losses', panels: [{ chart, caption: '(a) DR' }] });
    expect(svg).toContain('>validation<');
    expect(svg).toContain('.series-2 path, .series-2 line { stroke: #d55e00;');
    expect(svg).not.toContain('var(--');
  });

  it('takes text as text', () => {
    const svg = figureSvg({ title: '<b>&', panels: [{ image, caption: '"</svg>' }] });
    expect(svg).toContain('&lt;b&gt;&amp;');
    expect(svg.match(/<\/svg>/g)).toHaveLength(1);
  });

  it('refuses a figure of nothing', () => {
    expect(() => figureSvg({ title: 'x', panels: [] })).toThrow('a figure needs a panel');
    expect(() => figureSvg({ title: 'x', panels: [{ image, caption: 'a' }], columns: 0 })).toThrow('columns');
  });
});
