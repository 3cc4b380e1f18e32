// Proves that a training run survives kill -9: trains once undisturbed, then once more under ten kills at random
// moments, resuming after each, and compares weights and losses bit for bit. See the README, "Runs".
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { SeededRandom } from '@lesion/core';
import { readBundle } from '@lesion/train';

const USAGE = `node packages/train/test/kill-ten-times.mjs --data DIR [options]
  --data DIR             a folder in the challenge's layout
  --network lin|lfn      what is trained; default lin
  --engine NAME          default onnxruntime
  --profile NAME         default quick
  --limit IMAGES         training images at most; default all
  --epochs N, --steps-per-epoch N, --batch-size N
                         default by profile
  --options JSON         further options of trainLin or trainLfn
  --kills N              default 10
  --seed N               of the moments; default 0
  --out DIR              keep both runs here; default a temporary folder that is removed
  --json                 one document with all that happened
`;

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string' },
    network: { type: 'string', default: 'lin' },
    engine: { type: 'string', default: 'onnxruntime' },
    profile: { type: 'string', default: 'quick' },
    limit: { type: 'string' },
    epochs: { type: 'string' },
    'steps-per-epoch': { type: 'string' },
    'batch-size': { type: 'string' },
    options: { type: 'string', default: '{}' },
    kills: { type: 'string', default: '10' },
    seed: { type: 'string', default: '0' },
    out: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
if (flags.data === undefined || !['lin', 'lfn'].includes(flags.network)) {
  process.stderr.write(USAGE);
  process.exit(2);
}

const say = (line) => {
  if (!flags.json) process.stdout.write(`${line}\n`);
};
const number = (text) => (text === undefined ? undefined : Number(text));
const { schedule, ...more } = JSON.parse(flags.options);
const batchSize = number(flags['batch-size']);
const training = {
  network: flags.network,
  data: flags.data,
  engine: flags.engine,
  profile: flags.profile,
  limit: number(flags.limit),
  schedule: {
    epochs: number(flags.epochs),
    stepsPerEpoch: number(flags['steps-per-epoch']),
    batchSize,
    microBatchSize: batchSize,
    ...schedule,
  },
  // A checkpoint after each step, so that kills meet its writing often.
  checkpointSeconds: 0,
  ...more,
};

const SCRIPT = fileURLToPath(new URL('./train-until-killed.mjs', import.meta.url));

/** Runs a training; `onEvent` sees each sign of life with the process. */
function run(out, onEvent) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(process.execPath, [SCRIPT, JSON.stringify({ ...training, out, resume: true })], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let complaints = '';
    child.stderr.on('data', (chunk) => {
      complaints += chunk;
    });
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop();
      for (const label of lines) onEvent({ label, time: performance.now() - started }, child);
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code !== 0 && signal !== 'SIGKILL') reject(new Error(`the run ended with ${code}: ${complaints}`));
      else resolve({ signal, time: performance.now() - started });
    });
  });
}

/**
 * Stretches of an undisturbed run: the events of one phase and epoch, and on their own what follows the last of them,
 * such as settling, checkpoints, the next network, the bundle. Each is a list of event numbers.
 */
function stretchesOf(events) {
  const stretches = new Map();
  for (let i = 0; i < events.length - 1; i++) {
    const { label } = events[i];
    const [phase, done, total] = label.split(/: |\//);
    const name = done !== undefined && done === total ? `after ${phase}` : phase;
    if (!stretches.has(name)) stretches.set(name, []);
    stretches.get(name).push(i);
  }
  return [...stretches].map(([name, members]) => ({ name, members }));
}

/** Moments in the order of time: one in each stretch while they last, the others anywhere. */
function drawMoments(events, count, random) {
  const stretches = stretchesOf(events);
  const anywhere = { name: 'anywhere', members: events.slice(0, -1).map((_, i) => i) };
  const chosen = random.shuffle(stretches).slice(0, count);
  while (chosen.length < count) chosen.push(anywhere);
  return chosen
    .map(({ name, members }) => {
      const lengths = members.map((i) => events[i + 1].time - events[i].time);
      let wait = random.next() * lengths.reduce((a, b) => a + b);
      let at = 0;
      for (; at < members.length - 1 && wait >= lengths[at]; at++) wait -= lengths[at];
      const event = members[at];
      return { stretch: name, event, wait, time: events[event].time + wait };
    })
    .sort((a, b) => a.time - b.time);
}

async function filesOf(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}

/** All of a run's outcome but the time that it took. */
async function outcomeOf(out) {
  const { manifest, weights } = await readBundle(out);
  const history = JSON.parse(await readFile(join(out, 'history.json'), 'utf8'));
  for (const { epochs } of Object.values(history)) for (const epoch of epochs) delete epoch.seconds;
  return { weights, files: manifest.files, history };
}

const work = flags.out ?? (await mkdtemp(join(tmpdir(), 'lesion-kill-')));
try {
  const events = [];
  say(`undisturbed run of the ${flags.network.toUpperCase()}, engine ${flags.engine}`);
  await run(join(work, 'undisturbed'), (event) => events.push(event));
  const order = new Map(events.map(({ label }, i) => [label, i]));
  say(`  ${events.length} signs of life in ${(events.at(-1).time / 1000).toFixed(1)} s`);

  const random = new SeededRandom(Number(flags.seed));
  const out = join(work, 'killed');
  const kills = [];
  let late = 0;
  for (const moment of drawMoments(events, Number(flags.kills), random)) {
    let { event: target, wait } = moment;
    for (;;) {
      let latest;
      let timer;
      const { signal, time } = await run(out, ({ label }, child) => {
        if (!order.has(label)) throw new Error(`the undisturbed run never said "${label}"`);
        latest = label;
        if (label === 'end') clearTimeout(timer);
        else if (timer === undefined && order.get(label) >= target) {
          timer = setTimeout(() => child.kill('SIGKILL'), wait);
        }
      });
      if (signal === 'SIGKILL') {
        kills.push({ stretch: moment.stretch, milliseconds: Math.round(time), after: latest, signal });
        say(
          `  kill ${kills.length} after ${(time / 1000).toFixed(2)} s, ${Math.round(wait)} ms past "${latest}"`,
        );
        break;
      }
      // Over before the moment came: the kill is made good while the run starts up once more.
      late++;
      if (late > 5 * Number(flags.kills))
        throw new Error('the run is over before it can be killed: train longer');
      target = 0;
      wait = random.next() * time;
    }
  }
  await run(out, () => {});

  const [expected, got] = [await outcomeOf(join(work, 'undisturbed')), await outcomeOf(out)];
  const verdict = {
    sameWeights:
      isDeepStrictEqual(got.weights, expected.weights) && isDeepStrictEqual(got.files, expected.files),
    sameLosses: isDeepStrictEqual(got.history, expected.history),
    arrays: [...got.weights.values()].reduce((sum, arrays) => sum + arrays.size, 0),
  };
  const wanted = new Set(await filesOf(join(work, 'undisturbed')));
  const leftovers = (await filesOf(out)).filter((file) => !wanted.has(file));
  const passed = verdict.sameWeights && verdict.sameLosses && leftovers.length === 0;
  const stretches = stretchesOf(events).map(({ name }) => name);
  if (flags.json) {
    process.stdout.write(
      `${JSON.stringify({ passed, ...verdict, leftovers, late, kills, stretches }, null, 2)}\n`,
    );
  }
  say(
    `${kills.length} kills of a living process${late === 0 ? '' : `, ${late} made good that came too late`}`,
  );
  say(`weights, ${verdict.arrays} arrays: ${verdict.sameWeights ? 'the same bit for bit' : 'DIFFERENT'}`);
  say(`losses: ${verdict.sameLosses ? 'the same bit for bit' : 'DIFFERENT'}`);
  say(`left behind: ${leftovers.length === 0 ? 'nothing' : leftovers.join(', ')}`);
  process.exitCode = passed ? 0 : 1;
} finally {
  if (flags.out === undefined) await rm(work, { recursive: true, force: true });
}
