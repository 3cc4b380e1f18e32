import { describe, expect, it } from 'vitest';
import { createDisplay, formatBar, formatProgress, formatTerminalProgress } from './progress.js';
import { createScreen, type Environment, plainScreen, type ViewedStream } from './screen.js';

/** A stream that keeps what is written to it, and a clock that is set by hand. */
function createStage(stream: ViewedStream = {}, environment: Environment = { TERM: 'xterm' }) {
  const written: string[] = [];
  const clock = { time: 0 };
  const display = createDisplay(
    { ...stream, write: (text) => written.push(text) },
    { now: () => clock.time, environment },
  );
  const progress = display.progress({ label: 'scoring', unit: 'images' });
  return { display, progress, written, clock };
}

const terminal = (columns: number, environment: Environment = { TERM: 'xterm', NO_COLOR: '1' }) =>
  createScreen({ isTTY: true, columns }, environment);
const wording = { rate: 31.2, label: 'scoring', unit: 'images' };

describe('formatProgress', () => {
  it('gives rate and time left', () => {
    expect(formatProgress({ done: 42, total: 150, detail: 'ISIC_0000042' }, wording)).toBe(
      'scoring 42/150 images, 28 %, 31.2/s, 3.5 s left, ISIC_0000042',
    );
  });

  it('turns a slow rate round', () => {
    expect(formatProgress({ done: 1, total: 3 }, { rate: 0.1, label: 'training', unit: 'steps' })).toBe(
      'training 1/3 steps, 33 %, 10 s each, 20 s left',
    );
  });

  it('lets no text from a file steer the terminal', () => {
    expect(
      formatProgress({ done: 1, total: 2, detail: 'a\u001b[2Jb\nc' }, { ...wording, rate: undefined }),
    ).toBe('scoring 1/2 images, 50 %, ab c');
  });
});

describe('formatBar', () => {
  it('is filled to an eighth of a character', () => {
    const bar = (share: number) => formatBar(share, 4, plainScreen);
    expect(bar(0)).toBe('▕    ▏');
    expect(bar(5 / 32)).toBe('▕▋   ▏');
    expect(bar(0.5)).toBe('▕██  ▏');
    expect(bar(1)).toBe('▕████▏');
    expect(bar(1.5)).toBe(bar(1));
  });

  it('is drawn in ASCII where there is nothing else', () => {
    expect(formatBar(0.5, 8, { ...plainScreen, hasUnicode: false })).toBe('[####----]');
  });
});

describe('formatTerminalProgress', () => {
  const state = { phase: 'training dr', done: 42, total: 150, detail: 'epoch 1/4, loss 0.5312' };
  const at = (columns: number) => formatTerminalProgress(state, { ...wording, unit: '' }, terminal(columns));

  it('has a bar where there is room, then goes without it, the share, the rate and the detail', () => {
    expect(at(122)).toBe(
      'training dr ▕██████▊                 ▏ 42/150, 28 %, 31.2/s, 3.5 s left, epoch 1/4, loss 0.5312',
    );
    expect(at(82)).toBe('training dr ▕██▎     ▏ 42/150, 28 %, 31.2/s, 3.5 s left, epoch 1/4, loss 0.5312');
    expect(at(72)).toBe('training dr 42/150, 28 %, 31.2/s, 3.5 s left, epoch 1/4, loss 0.5312');
    expect(at(67)).toBe('training dr 42/150, 31.2/s, 3.5 s left, epoch 1/4, loss 0.5312');
    expect(at(58)).toBe('training dr 42/150, 3.5 s left, epoch 1/4, loss 0.5312');
    expect(at(42)).toBe('training dr 42/150, 3.5 s left');
    expect(at(22)).toBe('training dr 42/150');
    expect(at(14)).toBe('training...');
  });

  it('counts wide characters as two', () => {
    const wide = { done: 1, total: 2, detail: '黒色腫黒色腫黒色腫' };
    const line = (columns: number) =>
      formatTerminalProgress(wide, { ...wording, rate: undefined }, terminal(columns));
    expect(line(50)).toBe('scoring 1/2 images, 50 %, 黒色腫黒色腫黒色腫');
    expect(line(46)).toBe('scoring 1/2, 黒色腫黒色腫黒色腫');
    expect(line(33)).toBe('scoring 1/2');
  });
});

describe('progress elsewhere than on a terminal', () => {
  it('writes a line with each twentieth of the work, but not one upon the other, and the last state', () => {
    const { progress, written, clock } = createStage();
    for (let second = 1; second <= 12; second++) {
      clock.time = second * 1000;
      progress.update({ done: second, total: 12 });
    }
    progress.finish();
    expect(written).toEqual([
      'scoring 5/12 images, 41 %, 1.00/s, 7.0 s left\n',
      'scoring 10/12 images, 83 %, 1.00/s, 2.0 s left\n',
      'scoring 12/12 images, 100 %, 1.00/s\n',
    ]);
  });

  it('writes a line every ten seconds of long work', () => {
    const { progress, written, clock } = createStage();
    for (let second = 1; second <= 25; second++) {
      clock.time = second * 1000;
      progress.update({ done: second, total: 36_000 });
    }
    progress.finish();
    expect(written).toEqual([
      'scoring 10/36000 images, 0 %, 1.00/s, 10 h 00 min left\n',
      'scoring 20/36000 images, 0 %, 1.00/s, 10 h 00 min left\n',
      'scoring 25/36000 images, 0 %, 1.00/s, 10 h 00 min left\n',
    ]);
  });

  it('stays silent where the work is done before the first line is due', () => {
    const { progress, written } = createStage();
    progress.update({ done: 12, total: 12 });
    progress.finish();
    expect(written).toEqual([]);
  });

  it('counts the rate of resumed work from where it was resumed', () => {
    const { progress, written, clock } = createStage();
    progress.update({ done: 100, total: 120 });
    clock.time = 5000;
    progress.update({ done: 110, total: 120 });
    expect(written).toEqual(['scoring 110/120 images, 91 %, 2.00/s, 5.0 s left\n']);
  });

  it('gives the rate of the last half minute', () => {
    const { progress, written, clock } = createStage();
    for (let second = 1; second <= 120; second++) {
      clock.time = second * 1000;
      // One a second for a minute, then four.
      progress.update({ done: second <= 60 ? second : 60 + 4 * (second - 60), total: 100_000 });
    }
    expect(written.at(-1)).toMatch(/^scoring 300\/100000 images, 0 %, 4\.00\/s/);
  });

  it('treats a dumb terminal so too', () => {
    const { progress, written, clock } = createStage({ isTTY: true, columns: 80 }, { TERM: 'dumb' });
    clock.time = 5000;
    progress.update({ done: 1, total: 4 });
    expect(written).toEqual(['scoring 1/4 images, 25 %, 5.0 s each, 15 s left\n']);
  });
});

describe('progress on a terminal', () => {
  it('rewrites one line ten times a second at most, and clears it at the end', () => {
    const { progress, written, clock } = createStage(
      { isTTY: true, columns: 22 },
      { TERM: 'xterm', NO_COLOR: '1' },
    );
    progress.update({ done: 0, total: 4 });
    clock.time = 50;
    progress.update({ done: 1, total: 4 });
    clock.time = 110;
    progress.update({ done: 2, total: 4 });
    progress.finish();
    expect(written).toEqual(['\r\u001b[Kscoring 0/4', '\r\u001b[Kscoring 2/4', '\r\u001b[K']);
  });

  it('dims the line only where there are colours', () => {
    const { progress, written } = createStage({ isTTY: true, columns: 22 });
    progress.update({ done: 0, total: 4 });
    expect(written).toEqual(['\r\u001b[K\u001b[2mscoring 0/4\u001b[22m']);
  });

  it('makes way for a note', () => {
    const { display, progress, written } = createStage(
      { isTTY: true, columns: 22 },
      { TERM: 'xterm', NO_COLOR: '1' },
    );
    progress.update({ done: 0, total: 4 });
    display.note('stopping');
    display.clear();
    expect(written).toEqual(['\r\u001b[Kscoring 0/4', '\r\u001b[K', 'stopping\n']);
  });
});
