/**
 * Runs kernels that a package brings as WebAssembly, and says where there are none to run, so that the package
 * takes its plain path. Leans on the errors of this package.
 */
import { invalidArgument } from './errors.js';
import { assertOneOf } from './validation.js';

/** `auto` runs WebAssembly where there is any; `plain` never does. */
export type KernelsMode = 'auto' | 'plain';

/** What every kernel module exports beside its own functions. */
export interface KernelExports {
  memory: WebAssembly.Memory;
  /** Where the module's own data end. */
  heapBase(): number;
}

/** An element type that {@link Kernels.array} can make. */
type TypedArray = Uint8Array | Int32Array | Uint32Array | Float32Array | Float64Array;

interface TypedArrayConstructor<A extends TypedArray> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer, byteOffset: number, length: number): A;
}

/** An instance of a kernel module with memory of its own; made by {@link loadKernels}. */
export interface Kernels<Functions> {
  /** The module's functions; pointers are byte offsets into {@link Kernels.memory}. */
  readonly functions: Functions;
  /** The instance's memory. It does not grow between `loadKernels` and `release`: views stay valid. */
  readonly memory: WebAssembly.Memory;
  /**
   * Sets bytes aside, aligned to 64. They hold whatever was there before.
   *
   * @returns Their offset.
   * @throws LesionError `INVALID_ARGUMENT` if more is set aside than `loadKernels` was asked for.
   */
  reserve(bytes: number): number;
  /** {@link Kernels.reserve} as a view; its `byteOffset` is the pointer. */
  array<A extends TypedArray>(type: TypedArrayConstructor<A>, length: number): A;
  /** Ends the use: the instance goes to the next caller, or to the garbage collector if its memory is large. */
  release(): void;
}

const ALIGNMENT = 64;
const PAGE = 65_536;

/** Bytes that one instance may have. More is the plain path's business. */
const MAX_BYTES = 2 ** 31;

/** Bytes up to which an instance outlives its use. Larger memories would stay with the process for good. */
const KEPT_BYTES = 2 ** 26;

type Module = { compiled: WebAssembly.Module | undefined; idle: WebAssembly.Instance | undefined };
const modules = new Map<string, Module>();

let chosen: KernelsMode | undefined;

/**
 * Chooses how the packages compute, from the next call on. Results are the same either way, or as near as the
 * package says; the plain path is the reference, for debugging and comparison.
 *
 * Without a call, the environment variable `LESION_KERNELS` decides where there is an environment, else `auto`.
 *
 * @throws LesionError `INVALID_ARGUMENT` if the mode is neither.
 * @example
 * ```ts
 * setKernels('plain');
 * ```
 */
export function setKernels(mode: KernelsMode): void {
  assertOneOf(mode, ['auto', 'plain'], 'mode');
  chosen = mode;
}

/** How the packages compute now; see {@link setKernels}. */
export function kernelsMode(): KernelsMode {
  if (chosen !== undefined) return chosen;
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return process?.env?.['LESION_KERNELS'] === 'plain' ? 'plain' : 'auto';
}

function compile(binary: string): WebAssembly.Module | undefined {
  // A policy of the page, a missing SIMD unit or a browser that compiles nothing at once: all end here.
  try {
    const text = atob(binary);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    return new WebAssembly.Module(bytes);
  } catch {
    return undefined;
  }
}

const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/**
 * Lends an instance of a kernel module with room for what the caller will set aside. The module is compiled
 * once, synchronously; calls within calls get instances of their own.
 *
 * @param binary The module, base64: `binary` of the file that `tools/wasm` generates.
 * @param bytes Sum of what will be set aside; each piece may cost 64 bytes more.
 * @param pieces How many pieces that will be. @default 32
 * @returns `undefined` where the plain path is to be taken: it was chosen, there is no WebAssembly with SIMD,
 *   compiling is not allowed, or the memory cannot be had (2 GiB at most).
 * @example
 * ```ts
 * const kernels = loadKernels<{ double(pointer: number, length: number): void }>(binary, values.byteLength);
 * if (kernels === undefined) return doublePlainly(values);
 * try {
 *   const inside = kernels.array(Float64Array, values.length);
 *   inside.set(values);
 *   kernels.functions.double(inside.byteOffset, inside.length);
 *   values.set(inside);
 * } finally {
 *   kernels.release();
 * }
 * ```
 */
export function loadKernels<Functions>(
  binary: string,
  bytes: number,
  pieces = 32,
): Kernels<Functions> | undefined {
  if (kernelsMode() === 'plain') return undefined;
  let module = modules.get(binary);
  if (module === undefined) {
    module = { compiled: compile(binary), idle: undefined };
    modules.set(binary, module);
  }
  if (module.compiled === undefined) return undefined;
  const owner = module;
  try {
    const instance = owner.idle ?? new WebAssembly.Instance(module.compiled);
    const { memory, heapBase } = instance.exports as unknown as KernelExports;
    const start = aligned(heapBase());
    const end = start + aligned(bytes) + pieces * ALIGNMENT;
    if (end > MAX_BYTES) return undefined;
    const missing = end - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    owner.idle = undefined;
    let next = start;
    const reserve = (wanted: number): number => {
      const at = next;
      next += aligned(wanted);
      if (next > end) {
        throw invalidArgument({
          what: 'kernel memory is used up',
          where: 'reserve',
          got: `${wanted} bytes more`,
          expected: `at most ${end - at}`,
          mend: 'Ask loadKernels for the sum of all pieces.',
        });
      }
      return at;
    };
    return {
      functions: instance.exports as Functions,
      memory,
      reserve,
      array: (type, length) =>
        new type(memory.buffer as ArrayBuffer, reserve(length * type.BYTES_PER_ELEMENT), length),
      release: () => {
        if (memory.buffer.byteLength <= KEPT_BYTES) owner.idle = instance;
      },
    };
  } catch (error) {
    // Out of memory is a RangeError, at `grow` and, in some browsers, at the instance.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
