/** The whole reproduction: train what is missing, predict, score, and write tables and figures. */
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import {
  assertNumber,
  assertOneOf,
  invalidArgument,
  LESION_CLASSES,
  type LesionClass,
  resolveOptions,
} from '@lesion/core';
import type { EngineName } from '@lesion/engine';
import {
  datasetFingerprint,
  type IsicDataset,
  type IsicRecord,
  openDataset,
  selectRecords,
  TABLE_II,
  type WhereFilter,
} from '@lesion/isic';
import { countPatches, type OnProgress, PROFILES, type Profile, planLinSamples } from '@lesion/train';
import writeFileAtomic from 'write-file-atomic';
import {
  type LinSystem,
  type MeasuredRow,
  paperSplit,
  ROWS,
  RUNS,
  type RunName,
  runOf,
  TABLE_IDS,
  type TableId,
} from './experiments.js';
import { FIGURE_NUMBERS, type FigureNumber, type WrittenFigure, writeFigures } from './figures.js';
import { ReproductionFolder } from './folder.js';
import { predictLfns, predictLinSystems } from './predict.js';
import type { PredictionStore } from './prediction-store.js';
import { REPRODUCTION_PROFILES } from './profiles.js';
import { type FinishedRun, finishedRuns, trainRuns } from './runs.js';
import { type Score, scoreClassification, scoreFeatures, scoreSegmentation } from './score.js';
import { linSystemsOf, systemName, systemNameOf } from './systems.js';
import {
  formatOurs,
  formatTable,
  type Measurement,
  measuredTable,
  type Provenance,
  type Table,
  tableOne,
  tableSix,
  tableTwo,
} from './tables.js';

/** Options of {@link reproduce}. */
export interface ReproduceOptions {
  /** A folder in the challenge's layout. */
  data: string;
  /** Where runs, predictions, tables and figures go; what an earlier call left there is used. */
  out: string;
  /** How large it is. @default 'paper' */
  profile?: Profile | undefined;
  /** @default all */
  tables?: readonly TableId[] | undefined;
  /** @default all */
  figures?: readonly FigureNumber[] | undefined;
  /**
   * The runs that may be trained. Rows and figures of others are made from what is trained already, or left out
   * with a note.
   * @default all that the tables and figures ask for
   */
  runs?: readonly RunName[] | undefined;
  /** Folder of a Keras ResNet-50 as a tfjs layers model: the FCRNs begin with its weights. @default random weights */
  resnet50?: string | undefined;
  /** Only these images count for task 3 (Tables V and X). @default all */
  classificationWhere?: WhereFilter | undefined;
  /** @default 'auto' */
  engine?: EngineName | 'auto' | undefined;
  /** @default 0 */
  seed?: number | undefined;
  onProgress?: OnProgress | undefined;
  /** Called before a run is trained. */
  onRun?: ((name: RunName, index: number, count: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** What a reproduction found. */
export interface Reproduction {
  profile: Profile;
  /** Fingerprint of the data that was measured on. */
  data: string;
  tables: Table[];
  figures: WrittenFigure[];
  /** Paths of the tables as Markdown and as JSON. */
  tablesText: string;
  tablesData: string;
}

const PROTOCOL = "The challenge's official scoring of 2017";

/**
 * Reproduces tables and figures of Li & Shen 2017. A run that is trained serves every row that names it; whatever is
 * interrupted goes on at the next call with the same folder.
 *
 * @throws LesionError `INVALID_ARGUMENT`, `INVALID_FILE`, `NOT_FOUND`, `ENGINE_UNAVAILABLE`; `ABORTED`
 * @example
 * ```ts
 * const { tables } = await reproduce({ data: 'isic2017', out: 'reproduction', profile: 'workstation' });
 * for (const table of tables) console.log(formatTable(table));
 * ```
 */
export async function reproduce(options: ReproduceOptions): Promise<Reproduction> {
  const settings = resolveOptions(
    options,
    {
      data: undefined,
      out: undefined,
      profile: 'paper',
      tables: TABLE_IDS,
      figures: FIGURE_NUMBERS,
      runs: undefined,
      resnet50: undefined,
      classificationWhere: undefined,
      engine: 'auto',
      seed: 0,
      onProgress: undefined,
      onRun: undefined,
      signal: undefined,
    },
    'reproduce',
  );
  const { profile, tables, figures, seed, onProgress, signal } = settings;
  const { data, out } = options;
  assertOneOf(profile, PROFILES, 'profile');
  for (const table of tables) assertOneOf(table, TABLE_IDS, 'tables');
  for (const figure of figures) assertNumber(figure, 'figures', { integer: true });
  const wanted = settings.runs ?? neededRuns(tables, figures);
  for (const run of wanted) {
    assertOneOf(
      run,
      RUNS.map(({ name }) => name),
      'runs',
    );
  }
  const folder = new ReproductionFolder(out);
  const dataset = await openDataset(data);
  await trainRuns(wanted, { ...settings, data, folder, profile });
  const runs = await finishedRuns(folder);

  const measuring = new Measuring(dataset, folder, runs, settings, profile);
  const made: Table[] = [];
  for (const id of TABLE_IDS.filter((table) => tables.includes(table))) made.push(await measuring.table(id));
  const written = await measuring.figures(figures);

  const fingerprint = await datasetFingerprint(dataset);
  const document = {
    format: 'lesion-tables',
    formatVersion: 1,
    profile,
    seed,
    data: { folder: data, fingerprint },
    classificationWhere: settings.classificationWhere ?? null,
    tables: made,
  };
  await mkdir(out, { recursive: true });
  await writeFileAtomic(folder.tablesData, `${JSON.stringify(document, null, 2)}\n`);
  const header = [
    '# Tables of Li & Shen 2017, reproduced',
    '',
    `Profile ${profile}: ${REPRODUCTION_PROFILES[profile].summary}. Data fingerprint ${fingerprint.slice(0, 12)}, seed ${seed}.`,
    'Brackets: 95 % bootstrap intervals over images. "Paper" is https://doi.org/10.3390/s18020556; rows without "ours" are reference.',
    '',
  ];
  await writeFileAtomic(folder.tablesText, `${[...header, ...made.map(formatTable)].join('\n')}`);
  onProgress?.({ phase: 'tables', done: made.length, total: made.length });
  signal?.throwIfAborted();
  return {
    profile,
    data: fingerprint,
    tables: made,
    figures: written,
    tablesText: folder.tablesText,
    tablesData: folder.tablesData,
  };
}

/** The runs that some tables and figures are made of. */
export function neededRuns(tables: readonly TableId[], figures: readonly FigureNumber[]): RunName[] {
  const needed = new Set<RunName>(ROWS.filter(({ table }) => tables.includes(table)).map(runOf));
  if (figures.some((figure) => figure === 3 || figure === 7 || figure === 8)) needed.add('lin');
  if (figures.includes(7)) needed.add('fcrn88-dr-dm');
  return RUNS.map(({ name }) => name).filter((name) => needed.has(name));
}

type Split = 'validation' | 'test';

type MeasuringSettings = Pick<
  ReproduceOptions,
  'classificationWhere' | 'onProgress' | 'signal' | 'seed' | 'tables' | 'figures'
>;

/** Predicts and scores on demand; what was predicted for one table serves the others. */
class Measuring {
  readonly #predicted = new Map<Split, Map<string, PredictionStore>>();

  constructor(
    private readonly dataset: IsicDataset,
    private readonly folder: ReproductionFolder,
    private readonly runs: ReadonlyMap<RunName, FinishedRun>,
    private readonly settings: MeasuringSettings,
    private readonly profile: Profile,
  ) {}

  /** The images of a split. */
  #records(split: Split): IsicRecord[] {
    return this.dataset.splits[split].filter(({ imagePath }) => imagePath !== undefined);
  }

  /** The split on which a table can be measured here, and a note if it is not the paper's. */
  #splitOf(id: TableId): { split: Split; note: string | null } {
    const split = paperSplit(id);
    const hasTruth = this.#records(split).some(
      ({ maskPath, diagnosis }) => maskPath !== undefined || diagnosis !== undefined,
    );
    if (hasTruth) return { split, note: null };
    return {
      split: 'validation',
      note: `The data has no ${split} split with its truth: ours is measured on the validation split and does not compare with the paper's figures, which are of the test split.`,
    };
  }

  /** The LIN that figures show: the paper's, or the smaller one where only that is trained. */
  #shownLin(): LinSystem | undefined {
    const { figures = FIGURE_NUMBERS } = this.settings;
    const run = (['lin', 'lin-fcrn50-long', 'lin-fcrn50'] as const).find((name) => this.runs.has(name));
    if (run === undefined || !(figures.includes(3) || figures.includes(8))) return undefined;
    return { run, networks: ['dr', 'dm'], scales: ['~300', '~500'] };
  }

  /** Predictions of all systems that can predict, for what is to be made of a split: each image is looked at once. */
  async #predictions(split: Split): Promise<Map<string, PredictionStore>> {
    const known = this.#predicted.get(split);
    if (known !== undefined) return known;
    const { tables = TABLE_IDS, onProgress, signal } = this.settings;
    const rows = ROWS.filter(
      (row) =>
        tables.includes(row.table) && this.runs.has(runOf(row)) && this.#splitOf(row.table).split === split,
    );
    const systems = linSystemsOf(rows);
    const shown = split === 'validation' ? this.#shownLin() : undefined;
    if (shown !== undefined) systems.set(systemName(shown), shown);
    const profile = REPRODUCTION_PROFILES[this.profile];
    const common = { folder: this.folder, profile, split, runs: this.runs, onProgress, signal };
    const records = this.#records(split);
    const lins = await predictLinSystems(
      records.filter(({ maskPath, diagnosis }) => maskPath !== undefined || diagnosis !== undefined),
      systems,
      common,
    );
    const names = [...new Set(rows.flatMap((row) => (row.kind === 'lfn' ? [row.run] : [])))];
    const lfns = await predictLfns(records.filter(hasFeatures), names, common);
    const stores = new Map([...lins, ...lfns]);
    this.#predicted.set(split, stores);
    return stores;
  }

  async #score(row: MeasuredRow, split: Split, records: readonly IsicRecord[]): Promise<Score | undefined> {
    const run = this.runs.get(runOf(row));
    if (run === undefined) return undefined;
    const store = (await this.#predictions(split)).get(systemNameOf(row))!;
    const settings = {
      replicates: REPRODUCTION_PROFILES[this.profile].replicates,
      seed: this.settings.seed ?? 0,
    };
    if (row.kind === 'lfn') {
      return scoreFeatures(records.filter(hasFeatures), store, { ...settings, run, folder: this.folder });
    }
    return row.task === 1
      ? scoreSegmentation(records, store, settings)
      : scoreClassification(records, store, { ...settings, licu: row.licu });
  }

  async #measure(row: MeasuredRow, split: Split): Promise<Measurement> {
    const run = this.runs.get(runOf(row));
    if (run === undefined) return { row, score: undefined, provenance: null, note: null };
    const all = this.#records(split);
    const where = row.task === 3 ? this.settings.classificationWhere : undefined;
    const chosen = where === undefined ? all : selectRecords(all, where);
    const score = await this.#score(row, split, chosen);
    let note: string | null =
      score === undefined ? `the ${split} split has no truth for task ${row.task}` : null;
    if (where !== undefined && score !== undefined) {
      const whole = await this.#score(row, split, all);
      const values = row.metrics.map((metric) => `${metric} ${formatOurs(whole?.values[metric] ?? null)}`);
      note = `over all ${whole?.images} images instead of those with ${where.column}=${where.value}: ${values.join(', ')}`;
    }
    return { row, score, provenance: provenanceOf(run), note };
  }

  /** Makes one table. */
  async table(id: TableId): Promise<Table> {
    switch (id) {
      case 'I':
        return tableOne(countImages(this.dataset.splits.training, this.settings.seed ?? 0));
      case 'II':
        return tableTwo(await this.#countPatches(), TABLE_II);
      case 'VI':
        return tableSix();
      default: {
        const { split, note } = this.#splitOf(id);
        const measurements: Measurement[] = [];
        for (const row of ROWS.filter(({ table }) => table === id)) {
          measurements.push(await this.#measure(row, split));
        }
        const where = this.settings.classificationWhere;
        const tasks = new Set(measurements.map(({ row }) => row.task));
        return measuredTable(id, measurements, {
          protocol: `${PROTOCOL}, ${split} split.`,
          notes: [
            ...(note === null ? [] : [note]),
            ...(tasks.has(3) && where !== undefined
              ? [`Task 3 is scored on the images with ${where.column}=${where.value} alone.`]
              : []),
            ...(tasks.has(2)
              ? ["Task 2's truth comes from attribute masks where the data has no features JSON."]
              : []),
          ],
        });
      }
    }
  }

  #countPatches(): ReturnType<typeof countPatches> {
    const { onProgress, signal } = this.settings;
    return countPatches(this.dataset.splits.training, {
      superpixels: { preset: 'isic2017' },
      cache: this.folder.cache,
      threads: availableParallelism(),
      onProgress,
      signal,
    });
  }

  /** Writes the figures; of the LIN, or of the smaller one where only that is trained. */
  async figures(numbers: readonly FigureNumber[]): Promise<WrittenFigure[]> {
    const shown = this.#shownLin();
    let lin: { store: PredictionStore; name: string } | undefined;
    if (shown !== undefined) {
      const store = (await this.#predictions('validation')).get(systemName(shown))!;
      lin = { store, name: shown.run === 'lin' ? 'the LIN' : 'the LIN of two FCRN-50s' };
    }
    return writeFigures({
      numbers,
      folder: this.folder,
      runs: this.runs,
      records: this.#records('validation'),
      lin,
      superpixels: { preset: 'isic2017' },
    });
  }
}

function hasFeatures({ attributesAnnotated, featuresPath, superpixelsPath }: IsicRecord): boolean {
  return attributesAnnotated || (featuresPath !== undefined && superpixelsPath !== undefined);
}

function countImages(
  training: readonly IsicRecord[],
  seed: number,
): Record<LesionClass, Record<'original' | 'DR' | 'DM', number>> {
  const labelled = training.filter(
    (record): record is IsicRecord & { imagePath: string; maskPath: string; diagnosis: LesionClass } =>
      record.imagePath !== undefined && record.maskPath !== undefined && record.diagnosis !== undefined,
  );
  if (labelled.length === 0) {
    throw invalidArgument({ what: 'no training image has a mask and a diagnosis', where: 'data' });
  }
  const count = (samples: readonly { diagnosis: LesionClass }[], name: LesionClass): number =>
    samples.filter(({ diagnosis }) => diagnosis === name).length;
  const [dr, dm] = [planLinSamples(labelled, 'DR', seed), planLinSamples(labelled, 'DM', seed)];
  return Object.fromEntries(
    LESION_CLASSES.map((name) => [
      name,
      { original: count(labelled, name), DR: count(dr, name), DM: count(dm, name) },
    ]),
  ) as Record<LesionClass, Record<'original' | 'DR' | 'DM', number>>;
}

function provenanceOf({ name, manifest }: FinishedRun): Provenance {
  const { configuration, engine } = manifest.training;
  return {
    profile: String(configuration['profile']),
    run: name,
    configuration: createHash('sha256').update(JSON.stringify(configuration)).digest('hex').slice(0, 12),
    trainingData: manifest.data.fingerprint,
    engine,
  };
}
