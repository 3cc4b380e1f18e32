/** Choosing an engine for a job, with a reason for each one that was passed over. */
import { assertOneOf, LesionError, resolveOptions } from '@lesion/core';
import * as tf from '@tensorflow/tfjs-core';
import {
  ENGINE_NAMES,
  ENGINES,
  type EngineDefinition,
  type EngineName,
  missingTrainingKernels,
} from './engines.js';
import { measureConvolution } from './measure.js';

/** What an engine is wanted for. */
export type EnginePurpose = 'train' | 'predict';

/** Options of {@link loadEngine}. */
export interface LoadEngineOptions {
  /** The engine, or `auto` for the fastest that loads and can do the job. @default 'auto' */
  name?: EngineName | 'auto' | undefined;
  /** What it is wanted for; some engines cannot train. @default 'predict' */
  purpose?: EnginePurpose | undefined;
}

/** An engine that was passed over, and why. */
export interface RefusedEngine {
  name: EngineName;
  reason: string;
}

/** The engine that tfjs now runs on. */
export interface Engine {
  name: EngineName;
  canTrain: boolean;
  /** Version and device, for people. */
  detail: string;
  /** The faster engines that `auto` passed over. */
  refused: RefusedEngine[];
}

/** What {@link inspectEngines} found out about one engine. */
export interface EngineReport {
  name: EngineName;
  /** Whether it loads on this machine. */
  available: boolean;
  /** Whether it has every kernel that training needs. */
  canTrain: boolean;
  /** Version and device; empty if it does not load. */
  detail: string;
  /** Billions of multiplications and additions a second in a 3x3 convolution, if {@link InspectEnginesOptions.measure}. */
  gigaflops?: number;
  /** Why it does not load, cannot train or is not chosen by `auto`; undefined if nothing is wrong. */
  reason?: string;
}

function trainingRefusal(name: EngineName): string | undefined {
  const missing = missingTrainingKernels(name);
  if (missing.length === 0) return undefined;
  return `cannot train: it lacks the kernel${missing.length > 1 ? 's' : ''} ${missing.join(', ')}`;
}

async function inspect(definition: EngineDefinition): Promise<EngineReport & { emulated: boolean }> {
  const { name } = definition;
  try {
    const { detail, emulated } = await definition.load();
    const refusal = trainingRefusal(name);
    const notes = [
      ...(refusal === undefined ? [] : [refusal]),
      ...(emulated ? ['emulated on the CPU, so it is used only when asked for by name'] : []),
    ];
    return {
      name,
      available: true,
      canTrain: refusal === undefined,
      detail,
      emulated,
      ...(notes.length > 0 ? { reason: notes.join('; ') } : {}),
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { name, available: false, canTrain: false, detail: '', emulated: false, reason };
  }
}

/** Options of {@link inspectEngines}. */
export interface InspectEnginesOptions {
  /** Whether to measure how fast each engine convolves; takes up to a second an engine. @default false */
  measure?: boolean | undefined;
}

/**
 * Tries every engine and reports whether it loads, can train, and why not. The backend that was active
 * before is active again afterwards.
 *
 * @example
 * ```ts
 * for (const engine of await inspectEngines()) console.log(engine.name, engine.available, engine.reason);
 * ```
 */
export async function inspectEngines(options?: InspectEnginesOptions): Promise<EngineReport[]> {
  const { measure } = resolveOptions(options, { measure: false }, 'inspectEngines');
  const before = activeBackend();
  const reports: EngineReport[] = [];
  for (const name of ENGINE_NAMES) {
    const tried: EngineReport[] = [];
    for (const definition of ENGINES.filter((engine) => engine.name === name)) {
      const { emulated: _, ...report } = await inspect(definition);
      tried.push(report);
      if (report.available) break;
    }
    const last = tried[tried.length - 1]!;
    const report = last.available ? last : { ...last, reason: tried.map(({ reason }) => reason).join('; ') };
    reports.push(measure && report.available ? { ...report, gigaflops: await measureConvolution() } : report);
  }
  if (before !== undefined) await tf.setBackend(before);
  return reports;
}

/** The name of tfjs's active backend, or undefined if none is active yet; activates none. */
export function activeBackend(): string | undefined {
  // getBackend() would initialise the best registered backend if none is active yet.
  return (tf.engine() as { backendName?: string }).backendName;
}

/**
 * Loads an engine and makes it tfjs's active backend.
 *
 * @throws LesionError `ENGINE_UNAVAILABLE` if the named engine does not load or cannot do the job, with
 *   the reason; with `auto`, if none can.
 * @example
 * ```ts
 * const engine = await loadEngine({ purpose: 'train' });
 * console.log(engine.name, engine.refused); // 'onnxruntime' [{ name: 'tensorflow', reason: '...' }, ...]
 * ```
 */
export async function loadEngine(options?: LoadEngineOptions): Promise<Engine> {
  const { name, purpose } = resolveOptions(options, { name: 'auto', purpose: 'predict' }, 'loadEngine');
  assertOneOf(name, ['auto', ...ENGINE_NAMES], 'engine');
  assertOneOf(purpose, ['train', 'predict'], 'purpose');
  const before = activeBackend();
  const candidates = ENGINES.filter((definition) => name === 'auto' || definition.name === name);
  const refused: RefusedEngine[] = [];
  for (const definition of candidates) {
    const report = await inspect(definition);
    const suited =
      report.available && (purpose === 'predict' || report.canTrain) && !(name === 'auto' && report.emulated);
    if (suited) {
      const { canTrain, detail } = report;
      return { name: definition.name, canTrain, detail, refused };
    }
    refused.push({ name: definition.name, reason: report.reason ?? 'it does not load' });
  }
  if (before !== undefined) await tf.setBackend(before);
  throw new LesionError('ENGINE_UNAVAILABLE', {
    what:
      name === 'auto' ? `no engine can ${purpose} here` : `the engine ${name} cannot be used to ${purpose}`,
    where: 'engine',
    got: refused.map((engine) => `${engine.name}: ${engine.reason}`).join(', '),
    mend:
      name === 'auto'
        ? 'Install @lesion/tfjs-backend-onnxruntime, or webgpu with @tensorflow/tfjs-backend-webgpu.'
        : 'Choose another engine, or auto; "lesion doctor" lists what each one can do.',
  });
}
