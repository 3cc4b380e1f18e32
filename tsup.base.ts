// The one build recipe of all packages: ESM, declarations, source maps.
import type { Options } from 'tsup';

export function packageBuild(entry: Record<string, string>, more: Partial<Options> = {}): Options {
  return {
    entry,
    format: ['esm'],
    target: 'es2022',
    platform: 'neutral',
    dts: true,
    sourcemap: true,
    clean: true,
    splitting: true,
    treeshake: true,
    tsconfig: 'tsconfig.build.json',
    ...more,
  };
}
