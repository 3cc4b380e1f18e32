/** Made-up patients: age and sex beside a diagnosis. Leans on @lesion/core alone. */
import type { LesionClass, SeededRandom } from '@lesion/core';

/** A row of the metadata table. */
export interface SyntheticPatient {
  /** In steps of 5 years as the challenge gives it; absent where the table says `unknown`. */
  age?: number | undefined;
  /** Absent where the table says `unknown`. */
  sex?: 'female' | 'male' | undefined;
}

/** Mean and standard deviation in years: nevi are young people's, keratoses old people's. */
const AGES: Record<LesionClass, readonly [mean: number, deviation: number]> = {
  melanoma: [60, 16],
  seborrheic_keratosis: [65, 12],
  nevus: [42, 17],
};

/** Draws age and sex for a diagnosis; each is unknown now and then. */
export function drawPatient(diagnosis: LesionClass, random: SeededRandom): SyntheticPatient {
  const [mean, deviation] = AGES[diagnosis];
  const years = 5 * Math.round((mean + deviation * random.normal()) / 5);
  const age = Math.min(85, Math.max(5, years));
  const sex = random.chance(0.5) ? 'female' : 'male';
  return {
    age: random.chance(0.03) ? undefined : age,
    sex: random.chance(0.03) ? undefined : sex,
  };
}
