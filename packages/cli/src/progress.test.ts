import { describe, expect, it } from 'vitest';
import { createProgress, formatProgress } from './progress.js';

/** A stream that keeps what is written to it, and a clock that is set by hand. */
function createStage(stream: { isTTY?: boolean; columns?: number; hasColors?: () => boolean } = {}) {
  const written: string[] = [];
  const clock = { time: 0 };
  const progress = createProgress(
    { ...stream, write: (text) => written.push(text) },
    { label: 'scoring', unit: 'images', now: () => clock.time },
  );
  return { progress, written, clock };
}

describe('formatProgress', () => {
  it('gives rate and time left', () => {
    expect(
      formatProgress(
        { done: 42, total: 150, detail: 'ISIC_0000042' },
        { rate: 31.2, label: 'scoring', unit: 'images' },
      ),
    ).toBe('scoring 42/150 images, 28 %, 31.2/s, 3.5 s left, ISIC_0000042');
  });

  it('turns a slow rate round', () => {
    expect(formatProgress({ done: 1, total: 3 }, { rate: 0.1, label: 'training', unit: 'steps' })).toBe(
      'training 1/3 steps, 33 %, 10 s each, 20 s left',
    );
  });
});

describe('createProgress', () => {
  it('writes plain lines, one in five seconds, and the last state at the end', () => {
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

  it('rewrites one line on a terminal, never wider than it, and clears it at the end', () => {
    const { progress, written, clock } = createStage({ isTTY: true, columns: 20 });
    clock.time = 200;
    progress.update({ done: 1, total: 4, detail: 'ISIC_0000001' });
    clock.time = 210;
    progress.update({ done: 2, total: 4 });
    progress.finish();
    expect(written).toEqual(['\r\u001b[Kscoring 1/4 images,', '\r\u001b[K']);
  });

  it('dims the line only on a terminal with colours', () => {
    for (const [hasColors, expected] of [
      [true, '\r\u001b[K\u001b[2mscoring 1/2 images, 50 %, 5.00/s, 0.2 s left\u001b[22m'],
      [false, '\r\u001b[Kscoring 1/2 images, 50 %, 5.00/s, 0.2 s left'],
    ] as const) {
      const { progress, written, clock } = createStage({
        isTTY: true,
        columns: 80,
        hasColors: () => hasColors,
      });
      clock.time = 200;
      progress.update({ done: 1, total: 2 });
      expect(written).toEqual([expected]);
    }
  });
});
