// The few lines of JavaScript that workerd needs of the Ledgers' Worker: it wants a class, and somebody who
// notices when the WebAssembly instance has died, in which the calls of all objects of an isolate are.

import { DurableObject } from "cloudflare:workers";
import { LedgerObject, scheduled as run } from "./index.js";
import { living, state } from "./instance.mjs";

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
  scheduled(event, env) {
    living();
    return run(event.scheduledTime, env);
  },
};
