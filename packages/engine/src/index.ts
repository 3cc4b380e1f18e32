/**
 * `@lesion/engine`: which tfjs engine can do the job here, and why the others cannot.
 */
export { ENGINE_NAMES, type EngineName } from './engines.js';
export {
  activeBackend,
  type Engine,
  type EnginePurpose,
  type EngineReport,
  type InspectEnginesOptions,
  inspectEngines,
  type LoadEngineOptions,
  loadEngine,
  type RefusedEngine,
} from './load-engine.js';
