// The one build recipe of all packages: ESM, declarations, source maps.
import { readFileSync } from 'node:fs';
import type { Options } from 'tsup';

/** What the package in the working folder may do without: tsup would bundle it, and so load it twice. */
function optionalDependencies(): string[] {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
    optionalDependencies?: Record<string, string>;
  };
  return Object.keys(manifest.optionalDependencies ?? {});
}

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
    external: optionalDependencies(),
    ...more,
  };
}
