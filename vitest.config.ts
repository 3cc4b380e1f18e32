// One runner for every package: each folder below packages/ is a project named after it.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const setupFiles = [path('tools/test-support/src/setup.ts')];

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      ...readdirSync(path('packages')).map((name) => ({
        extends: true as const,
        test: {
          name,
          root: path(`packages/${name}`),
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          setupFiles,
        },
      })),
      {
        extends: true as const,
        test: {
          name: 'packaging',
          root: path('tools/packaging'),
          include: ['test/**/*.test.ts'],
        },
      },
      {
        extends: true as const,
        test: {
          name: 'docs',
          root: path('tools/docs'),
          include: ['test/**/*.test.ts'],
          setupFiles,
        },
      },
      {
        extends: true as const,
        test: {
          name: 'wasm',
          root: path('tools/wasm'),
          include: ['test/**/*.test.ts'],
        },
      },
      {
        extends: true as const,
        test: {
          name: 'browser',
          root: path('examples/browser'),
          include: ['test/**/*.test.ts'],
          setupFiles,
        },
      },
      {
        extends: true as const,
        test: {
          name: 'bench',
          root: path('bench'),
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          setupFiles,
        },
      },
    ],
  },
});
