// The networks in bench/python are ours: same weights, same input, same output and same training steps.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkParity } from './parity.js';
import { findPython } from './python.js';

const found = await findPython(['torch'], { install: false, announce: () => undefined });
const isBuilt = existsSync(fileURLToPath(new URL('../dist/network-worker.js', import.meta.url)));

// Loading torch takes long on a busy machine.
const timeout = 300_000;

describe.skipIf('reason' in found || !isBuilt)('the peer in torch', { timeout }, () => {
  it.each(['lfn', 'fcrn88'] as const)('computes what %s computes', async (network) => {
    const { python } = found as { python: string };
    const report = await checkParity(network, { python, threads: 1, road: 'onnxruntime', step: 'loop' });
    expect(report.weights[0]).toBe(report.weights[1]);
    expect(report.outputDifference).toBeLessThan(1e-4);
    expect(report.agrees, JSON.stringify(report)).toBe(true);
    // A network that learns nothing would agree with itself.
    expect(report.losses[0].at(-1)).toBeLessThan(report.losses[0][0]!);
  });
});

it('says how to get a Python that is not there', async () => {
  const absent = await findPython(['torch'], { python: 'no-such-python', announce: () => undefined });
  expect(absent).toEqual({
    reason:
      'no-such-python: not found. Install it (apt-get install python3-torch) or name another interpreter with --python.',
  });
});
