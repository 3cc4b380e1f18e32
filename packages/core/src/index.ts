/**
 * `@lesion/core`: what all lesion packages share. Runs anywhere; leans on `ndarray` alone.
 */
export type { NdArray } from 'ndarray';
export { areBinary } from './array-checks.js';
export * from './arrays.js';
export * from './concurrency.js';
export * from './errors.js';
export * from './he-normal.js';
export * from './input-normalization.js';
export * from './kernels.js';
export * from './names.js';
export * from './random.js';
export * from './resample.js';
export * from './sum-class-maps.js';
export * from './validation.js';
