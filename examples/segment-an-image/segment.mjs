// segment.mjs: outlines the lesion of a photo and says what it looks like
import { drawSyntheticLesion } from '@lesion/isic';
import { loadLin } from '@lesion/predict/node';
import { readImage, writePng } from '@lesion/preprocess/node';
import { pretrainedModel } from '@lesion/pretrained';
import { drawOutline } from '@lesion/report';

const photo = process.argv[2]; // without one, a drawn lesion
const image = photo ? await readImage(photo) : drawSyntheticLesion({ diagnosis: 'nevus', seed: 7 }).image;

const lin = await loadLin(pretrainedModel('lin').folder);
const { mask, probabilities } = await lin.predict(image);
lin.dispose();

const pixels = mask.data.reduce((sum, inside) => sum + inside, 0);
console.log(`the lesion takes ${((100 * pixels) / mask.size).toFixed(1)} % of the image`);
for (const [diagnosis, probability] of Object.entries(probabilities)) {
  console.log(`${diagnosis}: ${probability.toFixed(2)}`);
}
await writePng('outline.png', drawOutline(image, mask));
