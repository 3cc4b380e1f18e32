/** The tables: diagnoses, features, steps with their times, and the choice of engines. */
import { DERMOSCOPIC_FEATURES, type DermoscopicFeature, LESION_CLASSES } from '@lesion/core';
import type {
  DiagnosisScores,
  EngineChoice,
  EngineState,
  FeatureSummary,
  LesionSettings,
  Step,
} from '../protocol.js';
import { element, make } from './elements.js';
import { DIAGNOSES, ENGINES, FEATURES, percent, STEPS, seconds } from './words.js';

const NOTHING = '–';

function bar(value: number | undefined): HTMLElement {
  const meter = make('meter');
  meter.min = 0;
  meter.max = 1;
  meter.value = value ?? 0;
  // The number stands beside it.
  meter.setAttribute('aria-hidden', 'true');
  return meter;
}

/** @param scores undefined where there are none yet */
export function showDiagnoses(
  scores: DiagnosisScores | undefined,
  settings: LesionSettings | undefined,
): void {
  const body = element('diagnoses');
  const best = scores && [...LESION_CLASSES].sort((a, b) => scores.indexes[b] - scores.indexes[a])[0];
  body.replaceChildren(
    ...LESION_CLASSES.map((name) => {
      const row = make('tr', { className: name === best ? 'highest' : '' });
      row.dataset['diagnosis'] = name;
      const index = scores?.indexes[name];
      const probability = scores?.probabilities?.[name];
      const head = make('th', { text: DIAGNOSES[name] });
      head.scope = 'row';
      head.append(bar(index));
      const indexCell = make('td', { className: 'number', text: index?.toFixed(3) ?? NOTHING });
      const probabilityCell = make('td', {
        className: 'number',
        text: probability === undefined ? NOTHING : percent(probability),
      });
      if (index !== undefined) indexCell.dataset['value'] = String(index);
      if (probability !== undefined) probabilityCell.dataset['value'] = String(probability);
      row.append(head, indexCell, probabilityCell);
      return row;
    }),
  );
  element('diagnosis-note').textContent = scores === undefined ? '' : diagnosisNote(scores, settings);
}

function diagnosisNote(scores: DiagnosisScores, settings: LesionSettings | undefined): string {
  if (scores.emptyMask) {
    return 'No pixel is lesion at this threshold: the indexes are means over the whole image.';
  }
  const area = `The lesion covers ${percent(scores.area)} of the image.`;
  if (scores.probabilities !== undefined) {
    return `${area} Each probability is calibrated against the rest, so they need not sum to 100 %.`;
  }
  const about =
    settings?.form === 'literal'
      ? ' As the paper words it, no index can pass the mean of the distance map, about a third.'
      : '';
  return `${area} No probabilities: the model was calibrated with other settings than these.${about}`;
}

/** The features' rows, each with its box. @param onChange is told which features are to be shown */
export class FeatureTable {
  readonly #boxes = new Map<DermoscopicFeature, HTMLInputElement>();
  readonly #present = new Map<DermoscopicFeature, HTMLElement>();
  readonly #highest = new Map<DermoscopicFeature, HTMLElement>();

  constructor(onChange: (shown: DermoscopicFeature[]) => void) {
    for (const feature of DERMOSCOPIC_FEATURES) {
      const row = make('tr');
      row.dataset['feature'] = feature;
      const head = make('th');
      head.scope = 'row';
      const line = make('div', { className: 'check' });
      const box = make('input');
      box.type = 'checkbox';
      box.id = `show-${feature}`;
      box.checked = true;
      box.addEventListener('change', () => onChange(this.shown));
      const label = make('label');
      label.htmlFor = box.id;
      label.append(make('span', { className: `swatch ${feature}` }), FEATURES[feature]);
      line.append(box, label);
      head.append(line);
      const present = make('td', { className: 'number', text: NOTHING });
      const highest = make('td', { className: 'number', text: NOTHING });
      row.append(head, present, highest);
      element('features').append(row);
      this.#boxes.set(feature, box);
      this.#present.set(feature, present);
      this.#highest.set(feature, highest);
    }
  }

  get shown(): DermoscopicFeature[] {
    return DERMOSCOPIC_FEATURES.filter((feature) => this.#boxes.get(feature)!.checked);
  }

  clear(): void {
    for (const cell of [...this.#present.values(), ...this.#highest.values()]) {
      cell.textContent = NOTHING;
      delete cell.dataset['value'];
    }
    element('features-note').textContent = '';
  }

  show(summary: readonly FeatureSummary[], done: number, total: number, threshold: number): void {
    for (const { feature, present, highest } of summary) {
      const [count, most] = [this.#present.get(feature)!, this.#highest.get(feature)!];
      count.textContent = String(present);
      count.dataset['value'] = String(present);
      most.textContent = highest.toFixed(3);
      most.dataset['value'] = String(highest);
    }
    element('features-note').textContent =
      done < total
        ? `${done} of ${total} superpixels so far, those of the lesion first.`
        : `Of ${total} superpixels, those with a probability above ${threshold.toFixed(2)}. These are not calibrated.`;
  }
}

const STEP_ORDER: readonly Step['name'][] = ['load', 'decode', 'superpixels', 'lin', 'licu', 'lfn'];

/** Times and passes of the latest run of each step, and how many passes there were in all. */
export class StepTable {
  readonly #steps = new Map<Step['name'], Step>();
  #passes = 0;

  add(step: Step): void {
    this.#steps.set(step.name, step);
    this.#passes += step.passes ?? 0;
    this.#show();
  }

  /** A new photo: only what was done once for all stays. */
  clear(): void {
    for (const name of STEP_ORDER) if (name !== 'load') this.#steps.delete(name);
    this.#show();
  }

  #show(): void {
    const body = element('steps');
    body.dataset['passes'] = String(this.#passes);
    body.replaceChildren(
      ...STEP_ORDER.flatMap((name) => {
        const step = this.#steps.get(name);
        if (step === undefined) return [];
        const row = make('tr');
        row.dataset['step'] = name;
        const head = make('th', { text: STEPS[name] });
        head.scope = 'row';
        const passes =
          step.passes === undefined ? '' : `${step.passes} ${step.passes === 1 ? 'pass' : 'passes'}`;
        const time = make('td', { className: 'number', text: seconds(step.seconds) });
        time.dataset['value'] = String(step.seconds);
        row.append(head, make('td', { className: 'number soft', text: passes }), time);
        return [row];
      }),
    );
  }
}

/** @param onChange is told which engine was chosen */
export function showEngines(engines: readonly EngineState[], onChange: (name: EngineChoice) => void): void {
  element('engines').replaceChildren(
    ...engines.map(({ name, available, active, detail }) => {
      const line = make('div', { className: 'engine' });
      const input = make('input');
      input.type = 'radio';
      input.name = 'engine';
      input.id = `engine-${name}`;
      input.value = name;
      input.checked = active;
      input.disabled = !available;
      input.setAttribute('aria-describedby', `engine-${name}-detail`);
      input.addEventListener('change', () => onChange(name));
      const label = make('label', { text: ENGINES[name] });
      label.htmlFor = input.id;
      const about = available ? (active ? `in use: ${detail}` : detail) : `not available: ${detail}`;
      const note = make('p', { className: 'note', text: about });
      note.id = `engine-${name}-detail`;
      line.append(input, label, note);
      return line;
    }),
  );
}
