/** The large picture, the result laid over the photo, and the strip of views. */
import { paletteTable } from '@lesion/report';
import { type Pixels, VIEWS, type View } from '../protocol.js';
import { element, make } from './elements.js';
import { percent, VIEW_NAMES } from './words.js';

const HEAT_MAPS: readonly View[] = ['distance', 'melanoma', 'seborrheic_keratosis', 'nevus'];

const canvas = element<HTMLCanvasElement>('canvas');
const opacity = element<HTMLInputElement>('opacity');
const strip = element('views');

const imageData = ({ data, width, height }: Pixels): ImageData => new ImageData(data, width, height);

/** A picture that can be drawn with an opacity. */
function toCanvas(picture: Pixels, reused?: HTMLCanvasElement): HTMLCanvasElement {
  const made = reused ?? document.createElement('canvas');
  made.width = picture.width;
  made.height = picture.height;
  made.getContext('2d')!.putImageData(imageData(picture), 0, 0);
  return made;
}

export class Stage {
  #view: View = 'outline';
  #photo: HTMLCanvasElement | undefined;
  #result: { view: View; canvas: HTMLCanvasElement } | undefined;
  readonly #thumbnails = new Map<View, HTMLCanvasElement>();

  constructor(onView: (view: View) => void) {
    for (const view of VIEWS) {
      const label = make('label', { className: 'view' });
      const input = make('input');
      input.type = 'radio';
      input.name = 'view';
      input.value = view;
      input.checked = view === this.#view;
      input.addEventListener('change', () => {
        this.#view = view;
        this.#describe();
        onView(view);
      });
      const thumbnail = make('canvas');
      thumbnail.setAttribute('aria-hidden', 'true');
      this.#thumbnails.set(view, thumbnail);
      label.append(input, thumbnail, make('span', { text: VIEW_NAMES[view].name }));
      strip.append(label);
    }
    opacity.addEventListener('input', () => {
      element('opacity-value').textContent = percent(opacity.valueAsNumber / 100);
      this.#paint();
    });
    this.#drawScale();
    this.#describe();
  }

  get view(): View {
    return this.#view;
  }

  /** Shows a photo, without results yet. */
  open(photo: Pixels): void {
    this.#photo = toCanvas(photo);
    this.#result = undefined;
    for (const thumbnail of this.#thumbnails.values()) {
      thumbnail.width = photo.width > photo.height ? 96 : 72;
      thumbnail.height = Math.round((thumbnail.width * photo.height) / photo.width);
    }
    this.#paint();
  }

  show(view: View, picture: Pixels): void {
    // What was asked for before another view was chosen.
    if (view !== this.#view) return;
    this.#result = { view, canvas: toCanvas(picture, this.#result?.canvas) };
    canvas.dataset['drawn'] = view;
    this.#paint();
  }

  showThumbnail(view: View, picture: Pixels): void {
    toCanvas(picture, this.#thumbnails.get(view));
  }

  #paint(): void {
    if (this.#photo === undefined) return;
    const { width, height } = this.#photo;
    // Setting a size clears, also where it is the same.
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    const context = canvas.getContext('2d')!;
    context.globalAlpha = 1;
    context.drawImage(this.#photo, 0, 0);
    if (this.#result === undefined) return;
    context.globalAlpha = opacity.valueAsNumber / 100;
    context.drawImage(this.#result.canvas, 0, 0);
  }

  #describe(): void {
    element('view-caption').textContent = VIEW_NAMES[this.#view].caption;
    element('scale').hidden = !HEAT_MAPS.includes(this.#view);
  }

  #drawScale(): void {
    const scale = element<HTMLCanvasElement>('scale-canvas');
    const colours = paletteTable('viridis');
    const data = new Uint8ClampedArray(256 * 4).fill(255);
    for (let i = 0; i < 256; i++) {
      for (let channel = 0; channel < 3; channel++) data[4 * i + channel] = colours[3 * i + channel]!;
    }
    toCanvas({ width: 256, height: 1, data }, scale);
  }
}
