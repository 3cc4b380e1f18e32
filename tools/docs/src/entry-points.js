// What the packages export: the source file behind each name that a user can import.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * One name that can be imported.
 *
 * @typedef {object} EntryPoint
 * @property {string} name As in an import: `@lesion/preprocess/node`.
 * @property {string} folder Of its package, absolute.
 * @property {string} source Its source file, absolute.
 * @property {boolean} isMain Whether it is what the package's bare name gives.
 */

/**
 * All entry points of all packages, by name.
 *
 * @returns {EntryPoint[]}
 */
export function entryPoints() {
  return readdirSync(`${repository}packages`)
    .sort()
    .flatMap((directory) => {
      const folder = `${repository}packages/${directory}`;
      const { name, exports } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
      return Object.entries(exports)
        .filter(([path]) => path !== './package.json')
        .map(([path, conditions]) => ({
          name: name + path.slice(1),
          folder,
          source: conditions.types.replace('./dist/', `${folder}/src/`).replace(/\.d\.ts$/, '.ts'),
          isMain: path === '.',
        }));
    });
}
