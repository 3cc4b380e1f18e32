/** Perceptually uniform palettes for maps of one number a pixel, tabulated; leans on nothing but core's checks. */
import { assertOneOf } from '@lesion/core';

/** The palettes of heat maps. */
export const PALETTES = ['viridis', 'cividis', 'gray'] as const;
/** The name of one of {@link PALETTES}. */
export type PaletteName = (typeof PALETTES)[number];

// Every fifth entry of the 256: between two of them the curves are straight to within a level or two.
const ANCHORS: Record<PaletteName, string> = {
  // Smith and van der Walt 2015, dedicated to the public domain (CC0).
  viridis:
    '44015446085c471063481769481d6f482475472a7a46307e453781433d844142873f48893d4e8a3a538b38598c' +
    '355e8d33638d31688e2e6d8e2c718e2a768e297b8e27808e25848e23898e218e8d20928c1f978b1e9c891fa188' +
    '21a58524aa8328ae802eb37c35b7793dbc7446c06f50c46a5ac86465cb5e70cf577cd25089d54895d840a2da37' +
    'b0dd2fbddf26cae11fd8e219e5e419f1e51dfde725',
  // Nunez, Anderton and Renslow 2018, https://doi.org/10.1371/journal.pone.0199239 (CC0).
  cividis:
    '00224e002656002a5f002d68003070083370163770203a6f273e6e2e416d34456c3a486c3f4c6c444f6c49536c' +
    '4e566c535a6d575d6d5c616e60646f656870696b716d6f727272747676767a7a787e7d788381798885788d8878' +
    '928c789690779b9476a09875a59c74aaa073afa471b5a86fbaac6dbfb06bc4b468c9b965cfbd62d4c15fdac65b' +
    'dfca57e5cf52ead34cf0d846f6dd3ffce236fee838',
  gray: '000000ffffff',
};

/**
 * The 256 colours of a palette from its lowest to its highest value: interleaved RGB, 768 bytes.
 * @throws LesionError `INVALID_ARGUMENT` if there is no palette of that name.
 */
export function paletteTable(name: PaletteName): Uint8Array {
  assertOneOf(name, PALETTES, 'palette');
  const anchors = Uint8Array.from(ANCHORS[name].match(/../g)!, (digits) => Number.parseInt(digits, 16));
  const steps = anchors.length / 3 - 1;
  const table = new Uint8Array(768);
  for (let entry = 0; entry < 256; entry++) {
    const place = (entry / 255) * steps;
    const from = Math.min(Math.floor(place), steps - 1);
    for (let channel = 0; channel < 3; channel++) {
      const low = anchors[from * 3 + channel]!;
      const high = anchors[from * 3 + 3 + channel]!;
      table[entry * 3 + channel] = Math.round(low + (high - low) * (place - from));
    }
  }
  return table;
}
