import { defineConfig } from 'tsup';
import { packageBuild } from '../../tsup.base.ts';

export default defineConfig(
  packageBuild(
    { index: 'src/index.ts', 'sample-worker': 'src/sample-worker.ts' },
    // An optional dependency, which tsup would bundle.
    { platform: 'node', external: ['onnxruntime-node'] },
  ),
);
