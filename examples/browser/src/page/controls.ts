/** The sliders and choices, as settings and back. */
import type { FeatureDisplay, LesionSettings, Settings, SuperpixelSettings } from '../protocol.js';
import { element } from './elements.js';

const input = (id: string): HTMLInputElement => element<HTMLInputElement>(id);
const select = (id: string): HTMLSelectElement => element<HTMLSelectElement>(id);

const threshold = input('threshold');
const component = select('component');
const fillHoles = input('fill-holes');
const form = select('form');
const levels = input('levels');
const algorithm = select('algorithm');
const count = input('count');
/** A power of ten: it matters over three decades. */
const compactness = input('compactness');
const featureThreshold = input('feature-threshold');
const lines = input('lines');

const compactnessOf = (): number => Number((10 ** compactness.valueAsNumber).toPrecision(2));

/** Which settings were changed. */
export interface ControlEvents {
  onLesion(settings: LesionSettings): void;
  onSuperpixels(settings: SuperpixelSettings): void;
  onDisplay(settings: Omit<FeatureDisplay, 'shown'>): void;
}

export class Controls {
  #defaults: Settings | undefined;

  constructor(events: ControlEvents) {
    const listen = (controls: readonly HTMLElement[], tell: () => void): void => {
      for (const control of controls) {
        control.addEventListener('input', () => {
          this.#describe();
          tell();
        });
      }
    };
    listen([threshold, component, fillHoles, form, levels], () => events.onLesion(this.lesion));
    listen([algorithm, count, compactness], () => events.onSuperpixels(this.superpixels));
    listen([featureThreshold, lines], () => events.onDisplay(this.display));
    element('reset-lesion').addEventListener('click', () => {
      if (this.#defaults === undefined) return;
      this.#setLesion(this.#defaults.lesion);
      events.onLesion(this.lesion);
    });
    element('reset-superpixels').addEventListener('click', () => {
      if (this.#defaults === undefined) return;
      this.#setSuperpixels(this.#defaults.superpixels);
      events.onSuperpixels(this.superpixels);
    });
    this.#describe();
  }

  /** The model's own settings, at the start; what was changed since then stays. */
  setDefaults(defaults: Settings): void {
    if (this.#defaults !== undefined) return;
    this.#defaults = defaults;
    this.#setLesion(defaults.lesion);
    this.#setSuperpixels(defaults.superpixels);
    featureThreshold.valueAsNumber = defaults.display.threshold;
    lines.checked = defaults.display.lines;
    this.#describe();
  }

  get lesion(): LesionSettings {
    return {
      threshold: threshold.valueAsNumber,
      component: component.value as LesionSettings['component'],
      fillHoles: fillHoles.checked,
      form: form.value as LesionSettings['form'],
      levels: levels.valueAsNumber,
    };
  }

  get superpixels(): SuperpixelSettings {
    return {
      algorithm: algorithm.value as SuperpixelSettings['algorithm'],
      count: count.valueAsNumber,
      compactness: compactnessOf(),
    };
  }

  get display(): Omit<FeatureDisplay, 'shown'> {
    return { threshold: featureThreshold.valueAsNumber, lines: lines.checked };
  }

  #setLesion(settings: LesionSettings): void {
    threshold.valueAsNumber = settings.threshold;
    component.value = settings.component;
    fillHoles.checked = settings.fillHoles;
    form.value = settings.form;
    levels.valueAsNumber = settings.levels;
    this.#describe();
  }

  #setSuperpixels(settings: SuperpixelSettings): void {
    algorithm.value = settings.algorithm;
    count.valueAsNumber = settings.count;
    compactness.valueAsNumber = Math.log10(settings.compactness);
    this.#describe();
  }

  #describe(): void {
    const { lesion, superpixels, display } = this;
    const write = (id: string, text: string): void => {
      element(`${id}-value`).textContent = text;
    };
    write('threshold', lesion.threshold.toFixed(2));
    write('levels', lesion.levels === 0 ? 'exact' : String(lesion.levels));
    write('count', String(superpixels.count));
    write('feature-threshold', display.threshold.toFixed(2));
    const isSlico = superpixels.algorithm === 'slico';
    write('compactness', isSlico ? 'by itself' : String(superpixels.compactness));
    compactness.disabled = isSlico;
    levels.disabled = lesion.form === 'uniform';
    levels.setAttribute('aria-valuetext', lesion.levels === 0 ? 'exact distances' : `${lesion.levels} steps`);
    compactness.setAttribute('aria-valuetext', String(superpixels.compactness));
    element('compactness-note').textContent = isSlico
      ? 'SLICO finds the compactness of each superpixel by itself; choose SLIC to set it.'
      : 'Low follows colours, high gives squares.';
  }
}
