/** How much memory a process holds and has held at most, as the operating system counts it. */
import { readFileSync } from 'node:fs';

/**
 * A line of Linux's status of a process, in bytes, such as `VmHWM`, the largest resident set; undefined where there is
 * no such file, or no longer.
 */
export function statusBytes(field: 'VmHWM' | 'VmRSS', pid: number | 'self'): number | undefined {
  let status: string;
  try {
    status = readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return undefined;
  }
  const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

/** The largest resident set that this process ever had. */
export function peakBytes(): number {
  // Not the resource usage where there is another way: it counts in what the parent held when it forked.
  return statusBytes('VmHWM', 'self') ?? process.resourceUsage().maxRSS * 1024;
}

/** The resident set that this process has now. */
export function residentBytes(): number {
  return statusBytes('VmRSS', 'self') ?? process.memoryUsage.rss();
}
