import { afterEach, describe, expect, it, vi } from 'vitest';
import { type KernelsMode, kernelsMode, loadKernels, setKernels } from './kernels.js';

interface Functions {
  double(pointer: number): void;
}

// One page of memory, heapBase() = 100, and double(p), which doubles two float64 at p.
const doubler = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0],
  ...part(1, 2, 96, 0, 1, 127, 96, 1, 127, 0), // types: () -> i32, (i32) -> ()
  ...part(3, 2, 0, 1), // functions
  ...part(5, 1, 0, 1), // memory
  ...part(7, 3, ...text('memory'), 2, 0, ...text('heapBase'), 0, 0, ...text('double'), 0, 1),
  // i32.const 100; local.get 0, local.get 0, v128.load, local.get 0, v128.load, f64x2.add, v128.store
  ...part(
    10,
    2,
    ...sized(0, 65, 228, 0, 11),
    ...sized(0, 32, 0, 32, 0, 253, 0, 3, 0, 32, 0, 253, 0, 3, 0, 253, 240, 1, 253, 11, 3, 0, 11),
  ),
);
const binary = Buffer.from(doubler).toString('base64');

function sized(...bytes: number[]): number[] {
  return [bytes.length, ...bytes];
}

function part(id: number, ...bytes: number[]): number[] {
  return [id, ...sized(...bytes)];
}

function text(value: string): number[] {
  return sized(...Buffer.from(value));
}

afterEach(() => {
  setKernels('auto');
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

describe('loadKernels', () => {
  it('runs a module over views of its memory', () => {
    const kernels = loadKernels<Functions>(binary, 32)!;
    const first = kernels.array(Float64Array, 2);
    const second = kernels.array(Float64Array, 2);
    expect([first.byteOffset, second.byteOffset]).toEqual([128, 192]);
    second.set([1.5, -4]);
    kernels.functions.double(second.byteOffset);
    expect([...second]).toEqual([3, -8]);
    kernels.release();
  });

  it('has all the memory from the start, so that views stay valid', () => {
    const bytes = 3_000_000;
    const kernels = loadKernels<Functions>(binary, bytes)!;
    const early = kernels.array(Uint8Array, 1_000_000);
    const late = kernels.array(Float64Array, 250_000);
    expect(early.buffer).toBe(late.buffer);
    expect(kernels.memory.buffer.byteLength).toBeGreaterThanOrEqual(bytes);
    expect(() => kernels.reserve(5000)).toThrow(
      'reserve: kernel memory is used up; got 5000 bytes more; expected at most',
    );
    kernels.release();
  });

  it('lends one instance again and again, another while it is out', () => {
    const once = loadKernels(binary, 8)!;
    const within = loadKernels(binary, 8)!;
    expect(within.memory).not.toBe(once.memory);
    once.release();
    expect(loadKernels(binary, 8)!.memory).toBe(once.memory);
  });

  it('drops an instance whose memory has become large', () => {
    const large = loadKernels(binary, 2 ** 27)!;
    large.release();
    const next = loadKernels(binary, 8)!;
    expect(next.memory).not.toBe(large.memory);
    expect(next.memory.buffer.byteLength).toBeLessThan(2 ** 20);
    next.release();
  });

  it('leaves what no memory holds to the plain path', () => {
    expect(loadKernels(binary, 2 ** 31)).toBeUndefined();
  });

  it('gives nothing where the plain path is chosen, by a call or by the environment', () => {
    setKernels('plain');
    expect(kernelsMode()).toBe('plain');
    expect(loadKernels(binary, 8)).toBeUndefined();
    setKernels('auto');
    expect(loadKernels(binary, 8)).toBeDefined();
  });

  it('asks the environment until a call decides', async () => {
    vi.resetModules();
    const fresh = await import('./kernels.js');
    vi.stubEnv('LESION_KERNELS', 'plain');
    expect(fresh.loadKernels(binary, 8)).toBeUndefined();
    fresh.setKernels('auto');
    expect(fresh.loadKernels(binary, 8)).toBeDefined();
  });

  it('gives nothing where a module cannot be compiled, or there is no WebAssembly', async () => {
    expect(loadKernels(btoa('not a module'), 8)).toBeUndefined();
    vi.resetModules();
    const fresh = await import('./kernels.js');
    vi.stubGlobal('WebAssembly', undefined);
    expect(fresh.loadKernels(binary, 8)).toBeUndefined();
  });
});

describe('setKernels', () => {
  it('refuses other modes', () => {
    expect(() => setKernels('fast' as KernelsMode)).toThrow(
      'mode: unknown choice; got "fast"; expected "auto" or "plain"',
    );
  });
});
