/**
 * ONNX Runtime's Node package, as the backend needs it: sessions from bytes, run at once.
 *
 * The package's own `InferenceSession.run` returns a promise, but only wraps a synchronous call of the
 * native binding. That binding is private, so it is used where it is found as expected and done without
 * elsewhere: everything then works but `dataSync()`.
 */
import { createRequire } from 'node:module';
import { LesionError } from '@lesion/core';
import * as ort from 'onnxruntime-node';
import type { ExecutionProvider } from './options.js';

export type TensorMap = Record<string, ort.Tensor>;

export interface Session {
  /** Computes at once; undefined where only the asynchronous way is there. */
  runNow: ((feeds: TensorMap, fetches: TensorMap) => void) | undefined;
  run(feeds: TensorMap, fetches: TensorMap): Promise<void>;
  release(): void;
}

export interface SessionOptions {
  executionProvider: ExecutionProvider;
  threads: number;
  /** Write a profile to a file with this prefix when the session is released. */
  profilePrefix?: string | undefined;
}

interface NativeSession {
  loadModel(
    bytes: ArrayBuffer,
    offset: number,
    length: number,
    options: ort.InferenceSession.SessionOptions,
  ): void;
  run(feeds: TensorMap, fetches: TensorMap, options: object): unknown;
  endProfiling(): void;
  dispose(): void;
}

interface NativeBinding {
  binding: { InferenceSession: new () => NativeSession };
  initOrt(): void;
}

function findBinding(): NativeBinding['binding'] | undefined {
  try {
    const found = createRequire(import.meta.url)('onnxruntime-node/dist/binding.js') as NativeBinding;
    found.initOrt();
    const { prototype } = found.binding.InferenceSession;
    const complete = (['loadModel', 'run', 'dispose'] as const).every(
      (method) => typeof prototype[method] === 'function',
    );
    return complete ? found.binding : undefined;
  } catch {
    return undefined;
  }
}

const binding = findBinding();

/** Whether the binding is there, so that results can be had without waiting. */
export const hasBinding = binding !== undefined;

function sessionOptions({ executionProvider, threads, profilePrefix }: SessionOptions) {
  return {
    executionProviders: executionProvider === 'cpu' ? ['cpu'] : [executionProvider, 'cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // A plan of all memory in one piece costs half as much memory again as the arena alone.
    enableMemPattern: false,
    enableCpuMemArena: true,
    // The graphs come as they should run: its optimiser would cost seconds a graph and undo layouts.
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 3,
    extra: { session: { set_denormal_as_zero: '1' } },
    ...(profilePrefix === undefined ? {} : { enableProfiling: true, profileFilePrefix: profilePrefix }),
  } satisfies ort.InferenceSession.SessionOptions & { profileFilePrefix?: string };
}

function refused(error: unknown, { executionProvider }: SessionOptions): LesionError {
  const mend = 'Compute this part on another backend (tf.setBackend), and report the message above.';
  // What the message says of a device that is not there differs from driver to driver.
  const start =
    `If no graph runs, the provider ${executionProvider} cannot start here: call ` +
    "configureOnnxRuntime({ executionProvider: 'cpu' }) before tf.setBackend.";
  return new LesionError('ENGINE_UNAVAILABLE', {
    what: 'ONNX Runtime refused a graph that the backend made',
    where: 'onnxruntime',
    got: error instanceof Error ? error.message : String(error),
    mend: executionProvider === 'cpu' ? mend : `${mend} ${start}`,
    cause: error,
  });
}

function failed(error: unknown): LesionError {
  return new LesionError('ENGINE_UNAVAILABLE', {
    what: 'ONNX Runtime could not compute a graph',
    where: 'onnxruntime',
    got: error instanceof Error ? error.message : String(error),
    mend: 'Check the values that say where to look (indices of gather and scatter), and the free memory.',
    cause: error,
  });
}

/** @throws LesionError `ENGINE_UNAVAILABLE` if the runtime refuses the graph */
export function createSessionNow(model: Uint8Array<ArrayBuffer>, options: SessionOptions): Session {
  if (binding === undefined) throw new Error('createSessionNow without a native binding');
  const native = new binding.InferenceSession();
  try {
    native.loadModel(model.buffer, model.byteOffset, model.byteLength, sessionOptions(options));
  } catch (error) {
    throw refused(error, options);
  }
  const runNow = (feeds: TensorMap, fetches: TensorMap): void => {
    try {
      native.run(feeds, fetches, {});
    } catch (error) {
      throw failed(error);
    }
  };
  return {
    runNow,
    run: async (feeds, fetches) => runNow(feeds, fetches),
    release: () => {
      if (options.profilePrefix !== undefined) native.endProfiling();
      native.dispose();
    },
  };
}

/** @throws LesionError `ENGINE_UNAVAILABLE` if the runtime refuses the graph */
export async function createSession(
  model: Uint8Array<ArrayBuffer>,
  options: SessionOptions,
): Promise<Session> {
  const session = await ort.InferenceSession.create(model, sessionOptions(options)).catch(
    (error: unknown) => {
      throw refused(error, options);
    },
  );
  return {
    runNow: undefined,
    run: async (feeds, fetches) => {
      await session.run(feeds, fetches).catch((error: unknown) => {
        throw failed(error);
      });
    },
    release: () => void session.release(),
  };
}

/** The version of ONNX Runtime's Node package. */
export const runtimeVersion = ort.env.versions.node ?? ort.env.versions.common;

/** Wraps elements that the runtime may read, or write if they are a result's. */
export function ortTensor(
  dtype: 'float32' | 'int32' | 'bool',
  data: Float32Array | Int32Array | Uint8Array,
  dims: readonly number[],
): ort.Tensor {
  return new ort.Tensor(dtype, data as Float32Array, dims);
}
