/** How numbers, durations and names read in a report; leans on nothing. */
import type { ReportMeasure } from './report-data.js';

/** What stands for a value that is undefined, such as a sensitivity without a positive. */
export const UNDEFINED_MARK = '—';

/** A measure with three decimals, or a dash where it is undefined. */
export function formatMeasure(value: number | null | undefined): string {
  return typeof value === 'number' && Number.isFinite(value)
    ? value.toFixed(3).replace(/^-(?=0\.?0*$)/, '')
    : UNDEFINED_MARK;
}

/** A measure with its interval where it has one: `0.921 (0.882 to 0.955)`. */
export function formatInterval(measure: ReportMeasure | undefined): string {
  if (typeof measure !== 'object' || measure === null) return formatMeasure(measure);
  const { value, low, high } = measure;
  const bounds = low === null || high === null ? '' : ` (${formatMeasure(low)} to ${formatMeasure(high)})`;
  return `${formatMeasure(value)}${bounds}`;
}

/** A number with up to four significant digits, whole numbers whole and grouped by thousands. */
export function formatNumber(value: number | null | undefined): string {
  if (typeof value !== 'number' || !Number.isFinite(value)) return UNDEFINED_MARK;
  if (Number.isInteger(value) && Math.abs(value) < 1e15) {
    return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
  }
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}

/** A duration as people say it: `0.42 s`, `12.3 s`, `4 min 05 s`, `3 h 20 min`. */
export function formatSeconds(seconds: number | null | undefined): string {
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds < 0) return UNDEFINED_MARK;
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}
