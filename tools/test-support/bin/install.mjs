// What `npm` does in the shell blocks of guides: `npm install NAMES` looks that each package is one of this repository
// or installed in it. Nothing is fetched; that the packages install is tested in tools/packaging.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const [command, ...words] = process.argv.slice(2);
if (command !== 'install' && command !== 'init') {
  console.error(`npm ${command}: guides are tested with npm install and npm init alone`);
  process.exit(1);
}
const names = command === 'install' ? words.filter((word) => !word.startsWith('-')) : [];
for (const name of names.map((word) => word.replace(/(?<=.)@[^/]*$/, ''))) {
  if (existsSync(join(process.env.LESION_REPOSITORY, 'node_modules', name, 'package.json'))) continue;
  console.error(`npm install: ${name} is neither a package of this repository nor installed in it`);
  process.exit(1);
}
