import { defineConfig } from 'tsup';
import { packageBuild } from '../tsup.base.ts';

export default defineConfig(
  packageBuild(
    {
      main: 'src/main.ts',
      'network-worker': 'src/network-worker.ts',
      'block-worker': 'src/block-worker.ts',
      'capacity-worker': 'src/capacity-worker.ts',
      'command-worker': 'src/command-worker.ts',
      'make-inputs': 'src/make-inputs.ts',
    },
    { platform: 'node', dts: false },
  ),
);
