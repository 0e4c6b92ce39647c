// What is said of a panic, and to whom.

/** Logs where it happened, and lets the entry know that the instance has died. */
export function died(place) {
  const state = globalThis.__worker_init_state;
  state.criticalError = true;
  console.error(`a panic at ${place}`);
  state.died?.();
}
