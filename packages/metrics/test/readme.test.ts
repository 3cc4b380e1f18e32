import { testReadme } from '@lesion/test-support';
import * as metrics from '../src/index.js';

await testReadme(new URL('../README.md', import.meta.url), { '@lesion/metrics': metrics });
