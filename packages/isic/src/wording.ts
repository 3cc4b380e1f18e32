/** Counts and lists in messages; pure. */

/** A count with its noun: `1 image`, `2 images`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Names a few ids and counts the others: `A, B, C and 7 more`. */
export function nameSome(ids: readonly string[], limit = 5): string {
  if (ids.length <= limit) return ids.join(', ');
  return `${ids.slice(0, limit).join(', ')} and ${ids.length - limit} more`;
}
