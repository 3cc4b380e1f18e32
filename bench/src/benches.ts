/** All benchmarks by name. A new one is added to this list. */
import { invalidArgument } from '@lesion/core';
import type { Bench, BenchCase, BenchSettings } from './bench.js';
import { BLOCK_BENCHES, SCALE_BENCH } from './blocks.js';
import { GPU_BENCH, NETWORK_BENCHES } from './networks.js';
import { PREDICTION_BENCH } from './prediction.js';

export const BENCHES: readonly Bench[] = [
  ...NETWORK_BENCHES,
  ...BLOCK_BENCHES,
  SCALE_BENCH,
  PREDICTION_BENCH,
  GPU_BENCH,
];

/** Names with those of kinds replaced by the benchmarks of that kind. */
export function expandGroups(names: readonly string[], benches: readonly Bench[] = BENCHES): string[] {
  return names.flatMap((name) => {
    const members = benches.filter(({ group }) => group === name).map((bench) => bench.name);
    return members.length > 0 ? members : [name];
  });
}

/** Which benchmarks `names` mean: their own names, or names of cases such as `train-lfn/batch-32`. */
export function chooseBenches(names: readonly string[], benches: readonly Bench[] = BENCHES): Bench[] {
  if (names.length === 0) return benches.filter(({ byDefault }) => byDefault);
  for (const name of names) {
    if (benches.some((bench) => bench.name === name.split('/')[0])) continue;
    throw unknownName(
      name,
      benches.map((bench) => bench.name),
    );
  }
  return benches.filter((bench) => names.some((name) => name.split('/')[0] === bench.name));
}

/** The cases of a benchmark that `names` mean: all of it, or those that a name is the beginning of. */
export function chooseCases(bench: Bench, settings: BenchSettings, names: readonly string[]): BenchCase[] {
  const cases = bench.cases(settings);
  const wanted = names.filter((name) => name.split('/')[0] === bench.name);
  if (wanted.length === 0) return cases;
  const matches = (benchCase: BenchCase, name: string) =>
    benchCase.name === name || benchCase.name.startsWith(`${name}/`);
  for (const name of wanted) {
    if (cases.some((benchCase) => matches(benchCase, name))) continue;
    throw unknownName(
      name,
      cases.map((benchCase) => benchCase.name),
    );
  }
  return cases.filter((benchCase) => wanted.some((name) => matches(benchCase, name)));
}

function unknownName(got: string, known: readonly string[]) {
  return invalidArgument({
    what: 'there is no benchmark of this name',
    where: 'NAME',
    got,
    expected: known.join(', '),
    mend: 'npm run bench -- --list says what each one measures.',
  });
}
