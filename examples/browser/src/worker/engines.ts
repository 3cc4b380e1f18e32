/** The engines of tfjs that the page offers. Both are made ready at the start, so that none asks the network later. */
import { setThreadsCount, setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import type { EngineChoice, EngineState } from '../protocol.js';

/** More threads than this gain nothing on networks of this size. */
const MOST_THREADS = 8;

interface Adapter {
  info?: {
    vendor?: string;
    architecture?: string;
    device?: string;
    description?: string;
    isFallbackAdapter?: boolean;
  };
}
interface Gpu {
  requestAdapter(options: { powerPreference: string }): Promise<Adapter | null>;
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String((error as { message?: string })?.message ?? error)).split(
    '\n',
  )[0]!;

/** Threads that WebAssembly has here. */
function wasmThreads(): number {
  if (!globalThis.crossOriginIsolated) return 1;
  return Math.max(1, Math.min(navigator.hardwareConcurrency || 1, MOST_THREADS));
}

async function prepareWasm(folder: string): Promise<EngineState> {
  const state = { name: 'wasm', active: false, emulated: false } as const;
  try {
    setWasmPaths(folder);
    const threads = wasmThreads();
    if (threads > 1) setThreadsCount(threads);
    if (!(await tf.setBackend('wasm'))) throw new Error('the binary did not start');
    const why = globalThis.crossOriginIsolated ? '' : ', as this page is not cross-origin isolated';
    const detail = `tfjs ${version_wasm}, ${threads === 1 ? `one thread${why}` : `${threads} threads`}`;
    return { ...state, available: true, detail };
  } catch (error) {
    return { ...state, available: false, detail: `WebAssembly does not start: ${firstLine(error)}` };
  }
}

async function prepareWebgpu(): Promise<EngineState> {
  const refused = (detail: string): EngineState => ({
    name: 'webgpu',
    active: false,
    available: false,
    detail,
    emulated: false,
  });
  const { gpu } = navigator as unknown as { gpu?: Gpu };
  if (gpu === undefined) return refused('this browser has no WebGPU, or keeps it to secure pages');
  try {
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (adapter === null) return refused('WebGPU found no graphics processor that it may use');
    const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info ?? {};
    const name = [vendor, architecture, device, description].filter(Boolean).join(' ') || 'unnamed device';
    if (!(await tf.setBackend('webgpu'))) return refused(`${name}: the device did not start`);
    const emulated = isFallbackAdapter === true || /swiftshader|llvmpipe|lavapipe|software/i.test(name);
    return {
      name: 'webgpu',
      active: false,
      available: true,
      detail: emulated ? `${name}: imitated by the processor, and very slow` : name,
      emulated,
    };
  } catch (error) {
    return refused(`WebGPU does not start: ${firstLine(error)}`);
  }
}

/** Tries all engines. @param folder with tfjs's binaries, ending in a slash */
export async function prepareEngines(folder: string): Promise<EngineState[]> {
  const wasm = await prepareWasm(folder);
  return [await prepareWebgpu(), wasm];
}

/** The engine to begin with: the one wanted, else a graphics processor, else WebAssembly. */
export function chooseEngine(
  engines: readonly EngineState[],
  wanted: EngineChoice | undefined,
): EngineChoice | undefined {
  const usable = engines.filter(({ available }) => available);
  return (usable.find(({ name }) => name === wanted) ?? usable.find(({ emulated }) => !emulated) ?? usable[0])
    ?.name;
}

/** Makes an engine the one that networks are built and run on. */
export async function activate(name: EngineChoice): Promise<void> {
  if (!(await tf.setBackend(name))) throw new Error(`${name} does not start.`);
  await tf.ready();
}
