/** SVG to PNG, with a font that comes along, so that figures look the same on every machine. For Node alone. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { assertNumber, resolveOptions } from '@lesion/core';
import { Resvg } from '@resvg/resvg-js';

/** Options of {@link renderSvg}. */
export interface RenderSvgOptions {
  /** Pixels per unit of the drawing. @default 2 */
  scale?: number | undefined;
}

/** The folder of DejaVu's fonts, whatever is installed on the machine. */
function fontFolder(): string {
  const manifest = createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json');
  return join(dirname(manifest), 'ttf');
}

/**
 * Draws an SVG, such as figureSvg and chartFiles make, as a PNG file's bytes.
 *
 * @param svg The text of an SVG file.
 * @throws LesionError `INVALID_ARGUMENT` if an option is out of range; resvg's own error if it is no SVG.
 * @example
 * ```ts
 * await writeFile('figure.png', renderSvg(figureSvg({ title: 'Superpixels', panels })));
 * ```
 */
export function renderSvg(svg: string, options?: RenderSvgOptions): Uint8Array {
  const { scale } = resolveOptions(options, { scale: 2 }, 'renderSvg');
  assertNumber(scale, 'scale', { min: 0, aboveMin: true, max: 16 });
  const folder = fontFolder();
  const font = {
    loadSystemFonts: false,
    fontFiles: [join(folder, 'DejaVuSans.ttf'), join(folder, 'DejaVuSans-Bold.ttf')],
    defaultFontFamily: 'DejaVu Sans',
  };
  return new Resvg(svg, { font, fitTo: { mode: 'zoom', value: scale } }).render().asPng();
}
