import { defineConfig } from 'tsup';
import { packageBuild } from '../tsup.base.ts';

export default defineConfig(
  packageBuild(
    { main: 'src/main.ts', 'network-worker': 'src/network-worker.ts' },
    { platform: 'node', dts: false },
  ),
);
