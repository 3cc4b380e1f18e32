import { testReadme } from '@lesion/test-support';
import * as reproduce from '../src/index.js';

await testReadme(new URL('../README.md', import.meta.url), { '@lesion/reproduce': reproduce });
