// `npm run bench`: sets up, so that no stale build is measured, then runs the benchmarks.
import { setup } from '../scripts/setup.mjs';

setup();
await import('./dist/main.js');
