import { defineConfig } from 'tsup';
import { packageBuild } from '../../tsup.base.ts';

export default defineConfig(
  packageBuild(
    {
      index: 'src/index.ts',
      'sample-worker': 'src/sample-worker.ts',
      'prepare-worker': 'src/prepare-worker.ts',
    },
    { platform: 'node' },
  ),
);
