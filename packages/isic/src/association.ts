/** Whether a column of a table tells the class: the chi-square test of independence and Cramér's V. Pure arithmetic. */

/** The outcome of a test of independence on a table of counts. */
export interface Association {
  /** Pearson's chi-square. */
  chiSquare: number;
  /** (rows - 1)(columns - 1), of rows and columns that hold anything. */
  degreesOfFreedom: number;
  /** Probability of a chi-square at least as large if row and column were independent. */
  pValue: number;
  /** Cramér's V with Bergsma's correction for bias (https://doi.org/10.1016/j.jkss.2012.10.002): 0 none, 1 complete. */
  cramersV: number;
}

/** Natural logarithm of the gamma function for x > 0 (Lanczos' series, g = 7, n = 9, relative error below 1e-13). */
function logGamma(x: number): number {
  const coefficients = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  let sum = coefficients[0]!;
  for (let i = 1; i < coefficients.length; i++) sum += coefficients[i]! / (x - 1 + i);
  const t = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

/** The upper regularised incomplete gamma function Q(a, x): a series for small x, a continued fraction else (DLMF 8.11, 8.9). */
function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  const factor = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; Math.abs(term) > sum * 1e-16; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return Math.max(0, 1 - factor * sum);
  }
  // Lentz's method.
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < 10000; n++) {
    const numerator = n * (a - n);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    const step = c * d;
    fraction *= step;
    if (Math.abs(step - 1) < 1e-15) break;
  }
  return factor * fraction;
}

/**
 * Tests whether the rows of a table of counts are independent of its columns.
 *
 * @param counts One array a row, all of the same length; rows and columns without any count are left out.
 * @returns The association; nothing to test (fewer than two rows or columns) gives p = 1 and V = 0.
 */
export function testIndependence(counts: readonly (readonly number[])[]): Association {
  const rows = counts.filter((row) => row.some((count) => count > 0));
  const width = rows[0]?.length ?? 0;
  const columnSums = Array.from({ length: width }, (_, j) => rows.reduce((sum, row) => sum + row[j]!, 0));
  const columns = columnSums.flatMap((sum, j) => (sum > 0 ? [j] : []));
  const r = rows.length;
  const k = columns.length;
  if (r < 2 || k < 2) return { chiSquare: 0, degreesOfFreedom: 0, pValue: 1, cramersV: 0 };

  const total = columnSums.reduce((sum, count) => sum + count, 0);
  let chiSquare = 0;
  for (const row of rows) {
    const rowSum = row.reduce((sum, count) => sum + count, 0);
    for (const j of columns) {
      const expected = (rowSum * columnSums[j]!) / total;
      chiSquare += (row[j]! - expected) ** 2 / expected;
    }
  }
  const degreesOfFreedom = (r - 1) * (k - 1);
  const phiSquare = Math.max(0, chiSquare / total - degreesOfFreedom / (total - 1));
  const correctedRows = r - (r - 1) ** 2 / (total - 1);
  const correctedColumns = k - (k - 1) ** 2 / (total - 1);
  const span = Math.min(correctedRows, correctedColumns) - 1;
  return {
    chiSquare,
    degreesOfFreedom,
    pValue: upperGamma(degreesOfFreedom / 2, chiSquare / 2),
    cramersV: span > 0 ? Math.min(1, Math.sqrt(phiSquare / span)) : 0,
  };
}
