/** The ways in which a photo comes to the page: chosen, dropped, pasted, or one of the drawn ones. */
import addresses from 'virtual:lesion-assets';
import { element, make } from './elements.js';
import { DIAGNOSES } from './words.js';

const drop = element('drop');
const file = element<HTMLInputElement>('file');

/** @param onPhoto is given the file */
export function listenForPhotos(onPhoto: (photo: File) => void): void {
  const choose = (): void => file.click();
  element('choose').addEventListener('click', choose);
  element('another').addEventListener('click', choose);
  file.addEventListener('change', () => {
    const chosen = file.files?.[0];
    // So that the same file can be chosen again.
    file.value = '';
    if (chosen !== undefined) onPhoto(chosen);
  });

  // The whole window takes photos: a file dropped beside the field would replace the page.
  let depth = 0;
  const mark = (isOver: boolean): void => {
    document.body.classList.toggle('dropping', isOver);
    drop.classList.toggle('over', isOver);
  };
  window.addEventListener('dragenter', (event) => {
    event.preventDefault();
    depth++;
    mark(true);
  });
  window.addEventListener('dragleave', () => {
    depth = Math.max(0, depth - 1);
    if (depth === 0) mark(false);
  });
  window.addEventListener('dragover', (event) => event.preventDefault());
  window.addEventListener('drop', (event) => {
    event.preventDefault();
    depth = 0;
    mark(false);
    const dropped = event.dataTransfer?.files[0];
    if (dropped !== undefined) onPhoto(dropped);
  });
  window.addEventListener('paste', (event) => {
    const pasted = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith('image/'));
    if (pasted !== undefined) onPhoto(pasted);
  });
}

/** Fetches the drawn photos now, so that choosing one asks nobody. */
export async function offerSamples(onPhoto: (photo: File) => void): Promise<void> {
  for (const { diagnosis, address } of addresses.samples) {
    const response = await fetch(new URL(address, document.baseURI));
    if (!response.ok) continue;
    const name = `drawn_${diagnosis}.jpg`;
    const sample = new File([await response.blob()], name, { type: 'image/jpeg' });
    const button = make('button', { className: 'sample' });
    button.type = 'button';
    const image = make('img');
    image.src = URL.createObjectURL(sample);
    image.alt = '';
    image.width = 120;
    image.height = 90;
    button.append(
      image,
      make('span', { text: `Drawn ${DIAGNOSES[diagnosis as keyof typeof DIAGNOSES].toLowerCase()}` }),
    );
    button.addEventListener('click', () => onPhoto(sample));
    element('samples').append(button);
  }
}
