/** One photo's way through the networks, with everything that can be changed meanwhile and afterwards. */
import {
  type ClassMaps,
  contiguousData,
  DERMOSCOPIC_FEATURES,
  type DermoscopicFeature,
  type LabelMap,
  LesionError,
  PATCH_CLASSES,
  type RgbImage,
  type Size,
  sizeOf,
  throwIfAborted,
} from '@lesion/core';
import type { AnalyzeLesionOptions } from '@lesion/licu';
import { LFN_PATCH_SIZE, type Lfn, type Lin, type LinPrediction, predictPatches } from '@lesion/predict';
import {
  encodeLabels,
  extractPatches,
  type Region,
  regionProperties,
  SUPERPIXEL_PRESETS,
  superpixels,
} from '@lesion/superpixel';
import {
  type Activity,
  type Download,
  type EngineChoice,
  type EngineState,
  type Errand,
  type FeatureDisplay,
  type LesionSettings,
  type ModelAddresses,
  type ModelCards,
  type Reply,
  type Request,
  type Settings,
  type SuperpixelSettings,
  VIEWS,
  type View,
} from '../protocol.js';
import { activate, chooseEngine, prepareEngines } from './engines.js';
import { featuresFile, imageId, lesionArea, maskFile, predictionsFile } from './files.js';
import { loadLfn, loadLin } from './models.js';
import { decodePhoto } from './photo.js';
import { drawView, type Scene, thumbnailImage, thumbnailScene, toPixels } from './pictures.js';

/** Patches that go through the LFN at once: results are told, and sliders heard, between two of these. */
const BATCH = 64;
/** The same where a graphics processor is imitated: a pass of 64 takes a minute there. */
const EMULATED_BATCH = 8;
/** Milliseconds without a change of the superpixels before the LFN looks at them. */
const SETTLED = 250;

/** Compactness of SLIC at the start; SLICO finds its own. */
const SLIC_COMPACTNESS = 10;

type Features = Record<DermoscopicFeature, Float32Array>;

interface OpenPhoto {
  name: string;
  image: RgbImage;
  thumbnail: RgbImage;
  /** Its size before it was reduced. */
  original: Size;
  classMaps: ClassMaps | undefined;
  prediction: LinPrediction | undefined;
  labels: LabelMap | undefined;
  features: Features | undefined;
  /** Whether every superpixel has been looked at. */
  hasAllFeatures: boolean;
}

const wait = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });

/** What analyzeLesion is asked for; what the page does not offer stays the bundle's. */
export function licuOptions(settings: LesionSettings): AnalyzeLesionOptions {
  const { threshold, component, fillHoles, form, levels } = settings;
  return {
    threshold,
    fillHoles,
    ...(component === 'all'
      ? { largestComponent: false }
      : { largestComponent: true, componentWeight: component }),
    ...(form === 'uniform' ? { weighting: 'uniform' } : { weighting: 'distance', form }),
    // Steps of distances mean nothing where all pixels weigh the same.
    ...(levels > 0 && form !== 'uniform' ? { levels } : {}),
  };
}

export class Session {
  readonly #post: (reply: Reply, transfer?: Transferable[]) => void;
  #models: ModelAddresses | undefined;
  #engines: EngineState[] = [];
  #cards: ModelCards = { lin: '', lfn: '' };
  /** The networks' being built. */
  #loading: Promise<void> = Promise.resolve();
  #lin: Lin | undefined;
  #lfn: Lfn | undefined;
  #settings: Settings | undefined;
  #view: View = 'outline';
  #photo: OpenPhoto | undefined;
  /** Of the photo's whole run. */
  #run = new AbortController();
  /** Of the LFN's look at the present superpixels. */
  #looking = new AbortController();

  constructor(post: (reply: Reply, transfer?: Transferable[]) => void) {
    this.#post = post;
  }

  /** Carries out a request; what fails is told, nothing is thrown. */
  handle(request: Request): Promise<void> {
    return this.#guarded(request.kind, () => this.#handle(request));
  }

  async #guarded(request: Errand, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (LesionError.isInstance(error) && error.code === 'ABORTED') return;
      const problem = LesionError.isInstance(error)
        ? { code: error.code, message: error.message }
        : { code: 'UNKNOWN' as const, message: error instanceof Error ? error.message : String(error) };
      this.#post({ kind: 'failed', request, problem });
    } finally {
      this.#post({ kind: 'done', request });
    }
  }

  async #handle(request: Request): Promise<void> {
    switch (request.kind) {
      case 'start':
        return this.#start(request.models, request.engine);
      case 'open':
        return this.#open(request);
      case 'resume':
        return this.#predict(this.#begin());
      case 'analyse':
        this.#settings!.lesion = request.settings;
        if (this.#photo?.classMaps !== undefined) this.#analyse(this.#photo);
        return;
      case 'segment':
        return this.#segment(request.settings);
      case 'display':
        this.#settings!.display = request.settings;
        this.#summarize();
        this.#draw(['superpixels']);
        return;
      case 'view':
        this.#view = request.view;
        this.#draw([]);
        return;
      case 'engine':
        return this.#switchEngine(request.engine);
      case 'download':
        return this.#download(request.what);
      case 'cancel':
        this.#abort();
        this.#post({ kind: 'cancelled' });
        return;
    }
  }

  async #start(models: ModelAddresses, wanted: EngineChoice | undefined): Promise<void> {
    this.#models = models;
    this.#progress('engine', 0, 1);
    this.#engines = await prepareEngines(models.wasm);
    const chosen = chooseEngine(this.#engines, wanted);
    if (chosen === undefined) {
      throw new LesionError('ENGINE_UNAVAILABLE', {
        what: 'no engine starts in this browser',
        got: this.#engines.map(({ name, detail }) => `${name}: ${detail}`).join('; '),
        mend: 'Use a current version of Chrome, Edge, Firefox or Safari.',
      });
    }
    await this.#load(chosen);
    const { licu } = this.#lin!.manifest.inference as {
      licu?: Pick<LesionSettings, 'threshold'> & { componentWeight: 'area' | 'centrality' };
    };
    this.#settings = {
      lesion: {
        threshold: licu?.threshold ?? 0.5,
        component: licu?.componentWeight ?? 'area',
        fillHoles: true,
        form: 'weighted-mean',
        levels: 0,
      },
      superpixels: {
        algorithm: 'slico',
        count: SUPERPIXEL_PRESETS.isic2017.count,
        compactness: SLIC_COMPACTNESS,
      },
      display: { lines: true, shown: [...DERMOSCOPIC_FEATURES], threshold: 0.5 },
    };
    this.#tellEngines();
  }

  /** Builds the networks on an engine, after those that are being built on another. */
  #load(engine: EngineChoice): Promise<void> {
    this.#loading = this.#loading.catch(() => {}).then(() => this.#build(engine));
    return this.#loading;
  }

  async #build(engine: EngineChoice): Promise<void> {
    const begun = performance.now();
    this.#lin?.dispose();
    this.#lfn?.dispose();
    this.#lin = undefined;
    this.#lfn = undefined;
    await activate(engine);
    this.#engines = this.#engines.map((state) => ({ ...state, active: state.name === engine }));
    this.#progress('models', 0, 2);
    const lin = await loadLin(this.#models!.lin);
    this.#lin = lin.model;
    this.#progress('models', 1, 2);
    const lfn = await loadLfn(this.#models!.lfn);
    this.#lfn = lfn.model;
    this.#cards = { lin: lin.card, lfn: lfn.card };
    this.#progress('models', 2, 2);
    this.#step('load', begun);
  }

  #tellEngines(): void {
    this.#post({
      kind: 'ready',
      engines: this.#engines,
      settings: structuredClone(this.#settings!),
      cards: this.#cards,
    });
  }

  async #switchEngine(engine: EngineChoice): Promise<void> {
    const isUnderWay = this.#photo !== undefined && !this.#photo.hasAllFeatures && !this.#run.signal.aborted;
    const signal = this.#begin();
    this.#progress('engine', 0, 1);
    await this.#load(engine);
    this.#tellEngines();
    // What is there stays: the other engine would find the same but for rounding.
    if (isUnderWay) await this.#predict(signal);
  }

  #abort(): void {
    this.#run.abort();
    this.#looking.abort();
  }

  /** Ends what runs, and gives what ends the next. */
  #begin(): AbortSignal {
    this.#abort();
    this.#run = new AbortController();
    return this.#run.signal;
  }

  async #open({ photo, name, bytes, settings, view }: Extract<Request, { kind: 'open' }>): Promise<void> {
    const signal = this.#begin();
    this.#photo = undefined;
    this.#settings = settings;
    this.#view = view;
    this.#progress('decode', 0, 1);
    const begun = performance.now();
    const { image, original, reducedWhileDecoding } = await decodePhoto(bytes, name);
    throwIfAborted(signal);
    this.#step('decode', begun);
    const picture = toPixels(image);
    this.#post({ kind: 'photo', photo, name, original, picture, reducedWhileDecoding }, [
      picture.data.buffer,
    ]);
    this.#photo = {
      name,
      image,
      thumbnail: thumbnailImage(image),
      original: original ?? sizeOf(image),
      classMaps: undefined,
      prediction: undefined,
      labels: undefined,
      features: undefined,
      hasAllFeatures: false,
    };
    this.#findSuperpixels(this.#photo);
    await this.#predict(signal);
  }

  /** Runs both networks on the open photo. */
  async #predict(signal: AbortSignal): Promise<void> {
    const photo = this.#photo;
    if (photo === undefined) return;
    const begun = performance.now();
    let passes = 0;
    this.#progress('lin', 0, 1);
    photo.classMaps = undefined;
    photo.prediction = undefined;
    await this.#loading;
    throwIfAborted(signal);
    const classMaps = await this.#lin!.classMaps(photo.image, undefined, {
      signal,
      onProgress: ({ done, total }) => {
        passes = done;
        this.#progress('lin', done, total);
      },
    });
    throwIfAborted(signal);
    this.#step('lin', begun, passes);
    photo.classMaps = classMaps;
    this.#analyse(photo);
    await this.#lookForFeatures(photo, 0);
  }

  /** Mask and indexes: no network takes part. */
  #analyse(photo: OpenPhoto): void {
    const begun = performance.now();
    const licu = licuOptions(this.#settings!.lesion);
    photo.prediction = this.#lin!.analyze(photo.classMaps!, { licu });
    const { indexes, probabilities, emptyMask } = photo.prediction;
    this.#step('licu', begun);
    this.#post({
      kind: 'scores',
      scores: { indexes, probabilities, emptyMask, area: lesionArea(photo.prediction) },
    });
    this.#draw(VIEWS.filter((view) => view !== 'superpixels'));
  }

  #findSuperpixels(photo: OpenPhoto): void {
    const begun = performance.now();
    const { algorithm, count, compactness } = this.#settings!.superpixels;
    const found = superpixels(
      photo.image,
      algorithm === 'slico' ? { count } : { algorithm, count, compactness },
    );
    photo.labels = found.labels;
    photo.features = undefined;
    photo.hasAllFeatures = false;
    this.#step('superpixels', begun);
    this.#post({ kind: 'superpixels', count: found.count });
    this.#draw(['superpixels']);
  }

  async #segment(settings: SuperpixelSettings): Promise<void> {
    this.#settings!.superpixels = settings;
    const photo = this.#photo;
    if (photo === undefined) return;
    this.#looking.abort();
    this.#findSuperpixels(photo);
    // The photo's own run comes to them by itself, unless it is over or was stopped.
    if (photo.classMaps === undefined && !this.#run.signal.aborted) return;
    // Not waited for: the next change may come at once.
    void this.#guarded('look', () => this.#lookForFeatures(photo, SETTLED));
  }

  /** The LFN's answer for every superpixel, those of the lesion first. */
  async #lookForFeatures(photo: OpenPhoto, delay: number): Promise<void> {
    this.#looking.abort();
    this.#looking = new AbortController();
    const { signal } = this.#looking;
    await wait(delay, signal);
    await this.#loading;
    throwIfAborted(signal);
    const begun = performance.now();
    const regions = this.#lesionFirst(photo);
    const features = Object.fromEntries(
      DERMOSCOPIC_FEATURES.map((name) => [name, new Float32Array(regions.length)]),
    ) as Features;
    photo.features = features;
    photo.hasAllFeatures = false;
    const { network, manifest } = this.#lfn!;
    const batch = this.#engines.some(({ active, emulated }) => active && emulated) ? EMULATED_BATCH : BATCH;
    let passes = 0;
    this.#progress('lfn', 0, regions.length);
    for (let first = 0; first < regions.length; first += batch) {
      const some = regions.slice(first, first + batch);
      const patches = extractPatches(photo.image, some, { size: LFN_PATCH_SIZE });
      const probabilities = await predictPatches(network, patches, {
        normalization: manifest.normalization,
        batchSize: batch,
        signal,
      });
      passes++;
      some.forEach(({ label }, row) => {
        DERMOSCOPIC_FEATURES.forEach((name, i) => {
          features[name][label] = probabilities[row * PATCH_CLASSES.length + 1 + i]!;
        });
      });
      const done = first + some.length;
      photo.hasAllFeatures = done === regions.length;
      if (photo.hasAllFeatures) this.#step('lfn', begun, passes);
      this.#progress('lfn', done, regions.length);
      this.#summarize(done, regions.length);
      this.#draw(['superpixels']);
    }
  }

  #lesionFirst({ labels, prediction }: OpenPhoto): Region[] {
    const regions = regionProperties(labels!);
    if (prediction === undefined) return regions;
    const inside = contiguousData(prediction.mask);
    const { width } = sizeOf(prediction.mask);
    const isLesion = ({ centroid }: Region): boolean =>
      inside[Math.round(centroid.row) * width + Math.round(centroid.column)] === 1;
    return [...regions.filter(isLesion), ...regions.filter((region) => !isLesion(region))];
  }

  #summarize(done?: number, total?: number): void {
    const features = this.#photo?.features;
    if (features === undefined) return;
    const { threshold } = this.#settings!.display;
    const count = features[DERMOSCOPIC_FEATURES[0]].length;
    const summary = DERMOSCOPIC_FEATURES.map((feature) => {
      let present = 0;
      let highest = 0;
      for (const value of features[feature]) {
        if (value > threshold) present++;
        if (value > highest) highest = value;
      }
      return { feature, present, highest };
    });
    this.#post({ kind: 'features', summary, done: done ?? count, total: total ?? count });
  }

  /** Sends the picture that is shown, if it is among these or they are none, and the thumbnails of these. */
  #draw(changed: readonly View[]): void {
    const photo = this.#photo;
    if (photo === undefined) return;
    const { display } = this.#settings!;
    const { image, prediction, labels, features } = photo;
    const scene: Scene = {
      image,
      analysis: prediction,
      superpixels: labels && { labels, features },
    };
    if (changed.length === 0 || changed.includes(this.#view)) {
      const drawn = drawView(scene, this.#view, display);
      if (drawn !== undefined) {
        const picture = toPixels(drawn);
        this.#post({ kind: 'view', view: this.#view, picture }, [picture.data.buffer]);
      }
    }
    if (changed.length === 0) return;
    const small = thumbnailScene(scene, photo.thumbnail);
    // Lines between superpixels would fill a thumbnail.
    const smallDisplay: FeatureDisplay = { ...display, lines: features === undefined && display.lines };
    for (const view of changed) {
      const drawn = drawView(small, view, smallDisplay);
      if (drawn === undefined) continue;
      const picture = toPixels(drawn);
      this.#post({ kind: 'thumbnail', view, picture }, [picture.data.buffer]);
    }
  }

  async #download(what: Download): Promise<void> {
    const photo = this.#photo;
    if (photo === undefined) return;
    const id = imageId(photo.name);
    const send = (name: string, type: string, bytes: Uint8Array<ArrayBuffer>): void =>
      this.#post({ kind: 'download', what, name, type, bytes }, [bytes.buffer]);
    const { prediction, features, labels } = photo;
    if (what === 'mask' && prediction !== undefined) {
      send(`${id}_segmentation.png`, 'image/png', await maskFile(prediction, photo.original));
    } else if (what === 'predictions' && prediction !== undefined) {
      send(`${id}_predictions.csv`, 'text/csv', predictionsFile(id, prediction));
    } else if (what === 'features' && features !== undefined && photo.hasAllFeatures) {
      send(`${id}_features.json`, 'application/json', featuresFile(features));
    } else if (what === 'superpixels' && labels !== undefined) {
      send(`${id}_superpixels.png`, 'image/png', encodeLabels(labels) as Uint8Array<ArrayBuffer>);
    }
  }

  #progress(activity: Activity, done: number, total: number): void {
    this.#post({ kind: 'progress', activity, done, total });
  }

  #step(name: Extract<Reply, { kind: 'step' }>['step']['name'], begun: number, passes?: number): void {
    const seconds = (performance.now() - begun) / 1000;
    this.#post({ kind: 'step', step: { name, seconds, ...(passes === undefined ? {} : { passes }) } });
  }
}
