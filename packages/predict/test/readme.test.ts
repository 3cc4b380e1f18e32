import * as isic from '@lesion/isic';

import { testReadme } from '@lesion/test-support';
// By its place: that package's own tests lean on this one.
import * as pretrained from '../../pretrained/src/index.js';
import * as node from '../src/node.js';

await testReadme(new URL('../README.md', import.meta.url), {
  '@lesion/isic': isic,
  '@lesion/predict/node': node,
  '@lesion/pretrained': pretrained,
});
