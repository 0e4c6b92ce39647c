// The few lines of JavaScript that workerd needs of a Worker that replies to requests: somebody who notices
// when the WebAssembly instance has died, and ends the requests that were under way in it.

import { apology, fetch as answer } from "./index.js";
import { living, state } from "./instance.mjs";

/** How to end the requests that are under way. */
const open = new Set();
state.died = () => {
  for (const end of open) end();
};

export default {
  async fetch(request, env, context) {
    living();
    const death = Promise.withResolvers();
    open.add(death.reject);
    try {
      return await Promise.race([answer(request, env, context), death.promise]);
    } catch {
      // What was thrown may quote what was being read; where it happened has been logged.
      living();
      return apology();
    } finally {
      open.delete(death.reject);
    }
  },
};
