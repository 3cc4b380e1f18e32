/**
 * Cosine and sine of degrees by additions and multiplications alone: `Math.sin` may differ in the last digit
 * between engines, and with it a rounded pixel.
 */

const RADIANS_PER_DEGREE = Math.PI / 180;

/** Sine of 0 to 45 degrees by its Taylor series, to the precision of a double. */
function smallSine(degrees: number): number {
  const x = degrees * RADIANS_PER_DEGREE;
  const square = x * x;
  let sum = 1;
  for (let n = 19; n >= 3; n -= 2) sum = 1 - (square / (n * (n - 1))) * sum;
  return x * sum;
}

function smallCosine(degrees: number): number {
  const x = degrees * RADIANS_PER_DEGREE;
  const square = x * x;
  let sum = 1;
  for (let n = 20; n >= 2; n -= 2) sum = 1 - (square / (n * (n - 1))) * sum;
  return sum;
}

/** Cosine and sine, exact (0, 1 or -1) at multiples of 90 degrees. */
export function cosineAndSine(degrees: number): { cosine: number; sine: number } {
  const turned = ((degrees % 360) + 360) % 360;
  const quadrant = Math.floor(turned / 90);
  const rest = turned - quadrant * 90;
  const cosine = rest <= 45 ? smallCosine(rest) : smallSine(90 - rest);
  const sine = rest <= 45 ? smallSine(rest) : smallCosine(90 - rest);
  switch (quadrant) {
    case 1:
      return { cosine: -sine, sine: cosine };
    case 2:
      return { cosine: -cosine, sine: -sine };
    case 3:
      return { cosine: sine, sine: -cosine };
    default:
      return { cosine, sine };
  }
}
