// The order of segments: as the survey declares them, others by name (2 before 10), and last what is no segment.

const LAST = ["(other)", "(none)"];
const names = new Intl.Collator("en", { numeric: true });

/** Cohorts of a breakdown in this order. */
export function inOrder(cohorts, declared = []) {
  const known = [...declared, undefined, ...LAST];
  const place = ({ segment }) => known.indexOf(known.includes(segment) ? segment : undefined);
  return [...cohorts].sort((a, b) => place(a) - place(b) || names.compare(a.segment, b.segment));
}
