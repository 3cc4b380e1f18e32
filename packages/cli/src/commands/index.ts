/** All subcommands, in the order in which the help lists them. A new one is its file and a line here. */
import type { CommandDefinition } from '../command.js';
import { calibrate } from './calibrate.js';
import { check } from './check.js';
import { completion } from './completion.js';
import { demo } from './demo.js';
import { doctor } from './doctor.js';
import { evaluate } from './evaluate.js';
import { exportNetworks } from './export.js';
import { pack } from './pack.js';
import { predict } from './predict.js';
import { reproduce } from './reproduce.js';
import { score } from './score.js';
import { superpixels } from './superpixels.js';
import { synth } from './synth.js';
import { train } from './train.js';

export const COMMANDS: readonly CommandDefinition[] = [
  predict,
  evaluate,
  score,
  check,
  synth,
  superpixels,
  train,
  calibrate,
  exportNetworks,
  pack,
  doctor,
  reproduce,
  demo,
  completion,
];
