// One runner for every package: each folder below packages/ is a project named after it.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const packages = fileURLToPath(new URL('packages/', import.meta.url));

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
    projects: readdirSync(packages).map((name) => ({
      extends: true as const,
      test: {
        name,
        root: `${packages}${name}`,
        include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
        setupFiles: [fileURLToPath(new URL('tools/test-support/src/setup.ts', import.meta.url))],
      },
    })),
  },
});
