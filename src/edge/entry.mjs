// The few lines of JavaScript that workerd needs: it wants classes, and somebody who notices when the
// WebAssembly instance has died. All objects of an isolate share one instance. A panic ends it; calls
// that were under way in it would then hang for ever, those of other objects too.

import { DurableObject } from "cloudflare:workers";
import {
  LedgerObject,
  apology,
  fetch as answer,
  scheduled as run,
  __wbg_reset_state as makeInstance,
  __worker_init_state as instanceState,
} from "./index.js";

const state = instanceState();

/** How to end the requests that are under way. */
const open = new Set();
state.died = () => {
  for (const end of open) end();
};

/** The number of the living instance; a new one is made if the last has died. */
function living() {
  if (state.criticalError) {
    makeInstance();
    state.criticalError = false;
  }
  return state.instanceId;
}

/** How often, in milliseconds, an object with open calls looks whether its instance is alive. */
const LOOK_EVERY = 250;

export class Ledger extends DurableObject {
  #object;
  #instance;
  #open = 0;
  #watch;

  async #call(perform) {
    const instance = living();
    if (this.#instance !== instance) {
      if (this.#open > 0) this.ctx.abort("the instance died");
      this.#object = new LedgerObject(this.ctx.storage, this.env);
      this.#instance = instance;
    }
    this.#open += 1;
    this.#watch ??= setInterval(() => this.#look(), LOOK_EVERY);
    try {
      return await perform(this.#object);
    } finally {
      this.#open -= 1;
    }
  }

  #look() {
    if (this.#open === 0) {
      clearInterval(this.#watch);
      this.#watch = undefined;
    } else if (state.criticalError || state.instanceId !== this.#instance) {
      this.ctx.abort("the instance died");
    }
  }

  ask(message) {
    return this.#call((object) => object.ask(message));
  }

  alarm() {
    return this.#call((object) => object.alarm());
  }
}

export default {
  async fetch(request, env) {
    living();
    const death = Promise.withResolvers();
    open.add(death.reject);
    try {
      return await Promise.race([answer(request, env), death.promise]);
    } catch {
      // What was thrown may quote what was being read; where it happened has been logged.
      living();
      return apology();
    } finally {
      open.delete(death.reject);
    }
  },
  scheduled(event, env) {
    living();
    return run(event.scheduledTime, env);
  },
};
