/** Predicts the images of a split with every system that rows ask for, sharing all that systems have in common. */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { mapInOrder, sizeOf, sumClassMaps, throwIfAborted } from '@lesion/core';
import { type DatasetSplit, type IsicRecord, readRecordImage } from '@lesion/isic';
import { analyzeLesion } from '@lesion/licu';
import { decodeLabels, type SuperpixelOptions } from '@lesion/superpixel';
import {
  imageAtScales,
  keptSuperpixels,
  type Lin,
  loadLfn,
  loadLin,
  type OnProgress,
  predictClassMaps,
  RateMeter,
} from '@lesion/train';
import type { LinSystem, RunName, ScaleName } from './experiments.js';
import type { ReproductionFolder } from './folder.js';
import { openPredictions, type PredictionStore } from './prediction-store.js';
import type { ReproductionProfile } from './profiles.js';
import type { FinishedRun } from './runs.js';
import { componentOf, scalesOf, systemIdentity } from './systems.js';

export interface PredictOptions {
  folder: ReproductionFolder;
  profile: ReproductionProfile;
  split: DatasetSplit;
  runs: ReadonlyMap<RunName, FinishedRun>;
  onProgress: OnProgress | undefined;
  signal: AbortSignal | undefined;
}

interface OpenSystem {
  system: LinSystem;
  store: PredictionStore;
}

/**
 * Predicts with all LIN systems: a network looks at an image once at each scale, however many systems need that.
 *
 * @returns the predictions by system name
 */
export async function predictLinSystems(
  records: readonly IsicRecord[],
  systems: ReadonlyMap<string, LinSystem>,
  { folder, profile, split, runs, onProgress, signal }: PredictOptions,
): Promise<Map<string, PredictionStore>> {
  const open = new Map<string, OpenSystem>();
  for (const [name, system] of systems) {
    const identity = systemIdentity(system, runs.get(system.run)!, profile);
    open.set(name, { system, store: await openPredictions(folder.predictions(split, name), identity) });
  }
  const lacking = (id: string): OpenSystem[] => [...open.values()].filter(({ store }) => !store.has(id));
  const todo = records.filter(({ id }) => lacking(id).length > 0);
  const lins = new Map<RunName, Lin>();
  try {
    if (todo.length > 0) {
      for (const { run } of systems.values()) {
        if (!lins.has(run)) lins.set(run, await loadLin(runs.get(run)!.folder));
      }
    }
    const rate = new RateMeter();
    let done = 0;
    const images = mapInOrder(todo, async (record) => ({ record, image: await readRecordImage(record) }), {
      concurrency: availableParallelism() + 1,
    });
    for await (const { record, image } of images) {
      throwIfAborted(signal, { mend: 'Run it again to go on.' });
      const wanted = lacking(record.id);
      const scales = scalesOf(wanted.map(({ system }) => system));
      const scaled = imageAtScales(
        image,
        scales.map((scale) => profile.scales[scale]),
      );
      const maps = new Map<string, Awaited<ReturnType<typeof predictClassMaps>>>();
      const mapsOf = async (run: RunName, network: string, scale: ScaleName) => {
        const key = `${run} ${network} ${scale}`;
        const lin = lins.get(run)!;
        const found =
          maps.get(key) ??
          (await predictClassMaps(
            lin.networks.find(({ name }) => name === network)!.network,
            scaled[scales.indexOf(scale)]!,
            lin.manifest.normalization,
          ));
        maps.set(key, found);
        return found;
      };
      for (const { system, store } of wanted) {
        const parts = [];
        for (const scale of system.scales) {
          for (const network of system.networks) parts.push(await mapsOf(system.run, network, scale));
        }
        const classMaps = sumClassMaps(parts, sizeOf(image));
        const componentWeight = componentOf(system, profile);
        const { mask, indexes, emptyMask } = analyzeLesion(classMaps, { componentWeight });
        const uniform = analyzeLesion(classMaps, { weighting: 'uniform', mask });
        await store.addLin(record.id, mask, { indexes, uniformIndexes: uniform.indexes, emptyMask });
      }
      done++;
      onProgress?.({
        phase: `LIN on ${split}`,
        done,
        total: todo.length,
        ...rate.mark(done, todo.length),
      });
    }
  } finally {
    for (const lin of lins.values()) lin.dispose();
  }
  return new Map([...open].map(([name, { store }]) => [name, store]));
}

/** Predicts with each LFN; superpixels come from the data set or the cache. @returns the predictions by run */
export async function predictLfns(
  records: readonly IsicRecord[],
  names: readonly RunName[],
  { folder, profile, split, runs, onProgress, signal }: PredictOptions,
): Promise<Map<string, PredictionStore>> {
  const stores = new Map<string, PredictionStore>();
  for (const name of names) {
    const run = runs.get(name)!;
    const store = await openPredictions(folder.predictions(split, name), systemIdentity(name, run, profile));
    stores.set(name, store);
    const todo = records.filter(({ id }) => !store.has(id));
    if (todo.length === 0) continue;
    const lfn = await loadLfn(run.folder);
    const options = superpixelOptions(run);
    const rate = new RateMeter();
    let done = 0;
    try {
      const images = mapInOrder(
        todo,
        async (record) => {
          const path = await keptSuperpixels(record, { options, folder: folder.superpixels });
          const labels = decodeLabels(await readFile(path), { source: path });
          return { record, labels, image: await readRecordImage(record) };
        },
        { concurrency: 2 },
      );
      for await (const { record, image, labels } of images) {
        throwIfAborted(signal, { mend: 'Run it again to go on.' });
        const { features } = await lfn.predict(image, labels);
        const outcome = Object.entries(features).map(([feature, scores]) => [feature, Array.from(scores)]);
        await store.addLfn(record.id, Object.fromEntries(outcome));
        done++;
        onProgress?.({
          phase: `${name} on ${split}`,
          done,
          total: todo.length,
          ...rate.mark(done, todo.length),
        });
      }
    } finally {
      lfn.dispose();
    }
  }
  return stores;
}

/** How a LFN was told to find superpixels. */
export function superpixelOptions({ manifest }: FinishedRun): SuperpixelOptions {
  return manifest.inference['superpixels'] as SuperpixelOptions;
}
