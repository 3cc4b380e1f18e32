import { testReadme } from '@lesion/test-support';
import * as pretrained from '../src/index.js';

await testReadme(new URL('../README.md', import.meta.url), { '@lesion/pretrained': pretrained });
