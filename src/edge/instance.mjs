// The one WebAssembly instance that all calls of an isolate share. A panic ends it; calls that were under
// way in it would then hang for ever.

import { __wbg_reset_state as makeInstance, __worker_init_state as instanceState } from "./index.js";

export const state = instanceState();

/** The number of the living instance; a new one is made if the last has died. */
export function living() {
  if (state.criticalError) {
    makeInstance();
    state.criticalError = false;
  }
  return state.instanceId;
}
