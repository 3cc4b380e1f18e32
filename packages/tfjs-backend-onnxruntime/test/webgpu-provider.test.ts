// ONNX Runtime's WebGPU provider, on SwiftShader where Debian's chromium and a Vulkan loader are installed:
// correct and slow, so a tiny network only. In a process of its own, which a driver may take down with it.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Results, Training } from './webgpu-provider/results.js';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const driver = '/usr/lib/chromium/vk_swiftshader_icd.json';
const loader = ['x86_64', 'aarch64'].some((machine) =>
  existsSync(`/usr/lib/${machine}-linux-gnu/libvulkan.so.1`),
);

/**
 * No sum here has more than 768 terms (the pixels of the batch, in the first filter's gradient), which float32
 * adds with an error of some sqrt(768) / 2^24 = 1.7e-6 of their size in another order. Weights are of size 1,
 * and the loss falls to a third within three steps, so errors grow little: 1e-5 leaves room for three steps.
 */
const BOUND = 1e-5;

async function trainInAnotherProcess(): Promise<Results> {
  const folder = path(`../node_modules/.cache/webgpu-provider/${process.pid}`);
  mkdirSync(folder, { recursive: true });
  const worker = join(folder, 'worker.mjs');
  const resultFile = join(folder, 'results.json');
  try {
    await build({
      entryPoints: [path('webgpu-provider/worker.ts')],
      bundle: true,
      platform: 'node',
      format: 'esm',
      mainFields: ['module', 'main'],
      // tfjs-core says that its files have no side effects; registering a backend's kernels is one.
      ignoreAnnotations: true,
      external: ['onnxruntime-node'],
      banner: {
        js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
      },
      outfile: worker,
      logLevel: 'error',
    });
    await promisify(execFile)(process.execPath, [worker, resultFile], {
      env: { ...process.env, VK_DRIVER_FILES: driver, VK_ICD_FILENAMES: driver },
    });
    return JSON.parse(readFileSync(resultFile, 'utf8')) as Results;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function expectSame(actual: Training, expected: Training): void {
  expect(actual.losses).toBeAllClose(expected.losses, BOUND);
  expect(actual.weights.length).toBe(expected.weights.length);
  actual.weights.forEach((values, i) => {
    expect(values).toBeAllClose(expected.weights[i]!, BOUND);
  });
}

describe.skipIf(!existsSync(driver) || !loader)('the webgpu provider on an emulated GPU', () => {
  let results: Results;
  beforeAll(async () => {
    results = await trainInAnotherProcess();
  });

  it('predicts what tfjs-cpu predicts', () => {
    expect(results.predictions.webgpu).toBeAllClose(results.predictions['tfjs-cpu'], BOUND);
  });

  it('computes what the provider itself gets wrong', () => {
    const { webgpu, 'tfjs-cpu': expected } = results.traps;
    expect(Object.keys(webgpu).length).toBeGreaterThan(0);
    for (const [name, values] of Object.entries(expected)) {
      expect(webgpu[name], name).toBeAllClose(values, BOUND);
    }
  });

  it.each(['tfjs-cpu', 'cpu'] as const)('trains to the weights of %s', (reference) => {
    const { losses } = results.trainings.webgpu;
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 2);
    expectSame(results.trainings.webgpu, results.trainings[reference]);
  });

  it('runs a compiled step to the same weights', () => {
    expectSame(results.trainings['webgpu compiled'], results.trainings['tfjs-cpu']);
    expect(results.compiledRuns).toEqual({ runs: 3, compilations: 1 });
  });

  it('computes all of a step there', () => {
    const { WebGpuExecutionProvider, CPUExecutionProvider } = results.operators;
    expect(WebGpuExecutionProvider).toEqual(
      expect.arrayContaining(['Conv', 'ConvTranspose', 'MaxPool', 'AveragePool', 'MatMul', 'ReduceMean']),
    );
    expect(CPUExecutionProvider ?? []).toEqual([]);
  });
});
