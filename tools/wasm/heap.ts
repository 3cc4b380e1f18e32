// Compiled into every module: where its own data end, and so where the loader's memory begins.
export function heapBase(): usize {
  return __heap_base;
}
