// Hands a visit from one document of an origin to the next, in session storage: when it began and was handed on (ms
// since 1970), how many pages it had, and whether it reached its goal. Nothing else, and no identifier of any kind.

/** Stores a visit under `key`. Says whether the browser let it. */
export function handOn(key, visit) {
  try {
    sessionStorage.setItem(key, JSON.stringify(visit));
    return true;
  } catch {
    return false; // storage is off, or full
  }
}

/** Takes out what is under `key`, and gives it back if it is a visit. */
export function takeOver(key) {
  try {
    const found = sessionStorage.getItem(key);
    sessionStorage.removeItem(key);
    const { start, end, pages, converted } = JSON.parse(found);
    const whole = Number.isFinite(start) && Number.isFinite(end) && Number.isInteger(pages) && pages > 0;
    return whole ? { start, end, pages, converted: converted === true } : undefined;
  } catch {
    return undefined; // nothing there, or nothing of ours
  }
}
