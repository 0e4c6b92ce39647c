// The few lines of JavaScript that workerd needs of a Worker that replies to requests: somebody who notices
// when the WebAssembly instance has died, and ends the requests that were under way in it.

import * as program from "./index.js";
import { living, state } from "./instance.mjs";

/** How to end the requests that are under way. */
const open = new Set();
state.died = () => {
  for (const end of open) end();
};

/** What becomes of a call, unless the instance dies over it or over another one. */
async function outlived(call) {
  living();
  const death = Promise.withResolvers();
  open.add(death.reject);
  try {
    return await Promise.race([call(), death.promise]);
  } finally {
    open.delete(death.reject);
  }
}

async function fetch(request, env, context) {
  try {
    return await outlived(() => program.fetch(request, env, context));
  } catch {
    // What was thrown may quote what was being read; where it happened has been logged.
    living();
    return program.apology();
  }
}

const scheduled = (event, env) => outlived(() => program.scheduled(event.scheduledTime, env));

// The front has no cron.
export default program.scheduled ? { fetch, scheduled } : { fetch };
