/**
 * What the challenge's scoring protocols share: ids, rows per image, bootstrap over images. Leans on core and
 * bootstrap.
 */
import { assertOneOf, describe, invalidArgument } from '@lesion/core';
import {
  type BootstrapInterval,
  type BootstrapOptions,
  drawSamples,
  percentileInterval,
  resolveBootstrapOptions,
} from './bootstrap.js';

/** The challenges whose scoring is implemented. */
export const PROTOCOLS = ['isic2017', 'isic2018'] as const;
/** The name of one of {@link PROTOCOLS}. */
export type ProtocolName = (typeof PROTOCOLS)[number];

/** `Of2017` or `Of2018` by the protocol; what both have where the protocol is known at run time only. */
export type ByProtocol<P extends ProtocolName, Of2017, Of2018> = [P] extends ['isic2017']
  ? Of2017
  : [P] extends ['isic2018']
    ? Of2018
    : Of2017 & Of2018;

/** One line of a per-image table. */
export interface PerImageRow {
  id: string;
  /** The feature or diagnosis that the row is about; not given where a row is about the image. */
  className?: string;
  /** The row's values by name; NaN where one is undefined. */
  values: Record<string, number>;
}

/** Metrics over all images, and for each class where there are classes. */
export interface ProtocolMetrics<Metric extends string> {
  metrics: Record<Metric, number>;
  perClass: Record<string, Record<Metric, number>>;
}

/** A protocol's result. Undefined values are NaN, which `JSON.stringify` writes as null. */
export interface ProtocolScore<Metric extends string> extends ProtocolMetrics<Metric> {
  protocol: ProtocolName;
  task: 1 | 2 | 3;
  /** How many images were scored. */
  count: number;
  /** The rows behind the metrics, images in the order in which they came. */
  perImage: PerImageRow[];
}

/** Bootstrap intervals of a protocol's metrics. */
export interface ProtocolIntervals<Metric extends string> {
  metrics: Record<Metric, BootstrapInterval>;
  perClass: Record<string, Record<Metric, BootstrapInterval>>;
}

/** Scores image by image. */
export interface ProtocolAccumulator<Truth, Prediction, Metric extends string> {
  /** How many images there are so far. */
  readonly count: number;
  /**
   * Adds an image.
   * @throws LesionError `INVALID_ARGUMENT` if the id was there before, shapes differ or a value is out of range;
   * `NOT_FINITE` if a score is not finite. The message names the image, and nothing is added.
   */
  update(id: string, truth: Truth, prediction: Prediction): void;
  /** The metrics of the images so far; NaN of none. */
  compute(): ProtocolScore<Metric>;
  /**
   * Confidence intervals of every metric: images are drawn again with replacement, each with all that belongs to
   * it, and scored by the same arithmetic.
   * @throws LesionError `INVALID_ARGUMENT` if there is no image or an option is out of range.
   */
  bootstrap(options?: BootstrapOptions): ProtocolIntervals<Metric>;
}

/** What one task's scoring by one protocol is made of. */
export interface ProtocolParts<Truth, Prediction, Metric extends string> {
  protocol: ProtocolName;
  task: 1 | 2 | 3;
  /** Checks all of an image, then keeps it as number `index`. */
  add(id: string, truth: Truth, prediction: Prediction, index: number): void;
  /** Scores the images, each as often as its multiplicity says; each once if none are given. */
  evaluate(multiplicities?: Uint32Array): ProtocolMetrics<Metric>;
  perImage(): PerImageRow[];
}

/** Puts the parts of a protocol together. */
export function createProtocol<Truth, Prediction, Metric extends string>(
  parts: ProtocolParts<Truth, Prediction, Metric>,
): ProtocolAccumulator<Truth, Prediction, Metric> {
  const ids = new Set<string>();
  return {
    get count() {
      return ids.size;
    },
    update(id, truth, prediction) {
      if (typeof id !== 'string' || id === '') {
        throw invalidArgument({
          what: 'not an image id',
          where: 'id',
          got: describe(id),
          expected: 'a text',
        });
      }
      if (ids.has(id)) {
        throw invalidArgument({
          what: 'the image was scored before',
          where: id,
          mend: 'Give each image once.',
        });
      }
      parts.add(id, truth, prediction, ids.size);
      ids.add(id);
    },
    compute() {
      return {
        protocol: parts.protocol,
        task: parts.task,
        count: ids.size,
        ...parts.evaluate(),
        perImage: parts.perImage(),
      };
    },
    bootstrap(options) {
      return bootstrapParts(parts, ids.size, options);
    },
  };
}

function bootstrapParts<Truth, Prediction, Metric extends string>(
  parts: ProtocolParts<Truth, Prediction, Metric>,
  count: number,
  options: BootstrapOptions | undefined,
): ProtocolIntervals<Metric> {
  const settings = resolveBootstrapOptions(options, 'bootstrap');
  if (count === 0) {
    throw invalidArgument({
      what: 'there is nothing to draw from',
      where: 'bootstrap',
      got: '0 images',
      expected: 'at least 1',
    });
  }
  const samples: ProtocolMetrics<Metric>[] = [];
  const multiplicities = new Uint32Array(count);
  drawSamples(count, settings, (indices) => {
    multiplicities.fill(0);
    for (let i = 0; i < indices.length; i++) multiplicities[indices[i]!]!++;
    samples.push(parts.evaluate(multiplicities));
  });
  const intervals = (
    estimates: Record<Metric, number>,
    pick: (sample: ProtocolMetrics<Metric>) => Record<Metric, number>,
  ): Record<Metric, BootstrapInterval> =>
    mapValues(estimates, (estimate, metric) => {
      const values = Float64Array.from(samples, (sample) => pick(sample)[metric]);
      return percentileInterval(estimate, values, settings.confidence);
    });
  const whole = parts.evaluate();
  return {
    metrics: intervals(whole.metrics, (sample) => sample.metrics),
    perClass: mapValues(whole.perClass, (estimates, name) =>
      intervals(estimates, (sample) => sample.perClass[name]!),
    ),
  };
}

/** An object with the same keys and other values. */
export function mapValues<Key extends string, From, To>(
  object: Record<Key, From>,
  map: (value: From, key: Key) => To,
): Record<Key, To> {
  const entries = Object.entries(object) as [Key, From][];
  return Object.fromEntries(entries.map(([key, value]) => [key, map(value, key)])) as Record<Key, To>;
}

/** @throws LesionError `INVALID_ARGUMENT` unless `protocol` is one of {@link PROTOCOLS}. */
export function assertProtocol(protocol: unknown): asserts protocol is ProtocolName {
  assertOneOf(protocol, PROTOCOLS, 'protocol');
}

/** @throws LesionError `INVALID_ARGUMENT` unless there is at least one name and none twice. */
export function assertClassNames(names: readonly string[], where: string): void {
  if (names.length > 0 && new Set(names).size === names.length) return;
  throw invalidArgument({
    what: 'not a list of names',
    where,
    got: names.length === 0 ? 'no name' : names.join(', '),
    expected: 'at least one, each once',
  });
}

/** The value of one class, of a truth or prediction that should have it. */
export function valueOfClass<Value>(
  values: Readonly<Record<string, Value>>,
  name: string,
  where: string,
): Value {
  if (typeof values === 'object' && values !== null && Object.hasOwn(values, name)) return values[name]!;
  throw invalidArgument({
    what: `has no value for ${name}`,
    where,
    got:
      typeof values === 'object' && values !== null
        ? Object.keys(values).join(', ') || 'none'
        : describe(values),
  });
}
