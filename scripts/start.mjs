// `npm start`: sets up, then runs the demonstration on synthetic data. Arguments go to `lesion demo`.
import { repository, run, setup } from './setup.mjs';

setup();
run(process.execPath, [`${repository}packages/cli/dist/bin.js`, 'demo', ...process.argv.slice(2)]);
