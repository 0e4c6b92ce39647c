// Serves the built Workers with its demo survey, and says where to look. Started by scripts/dev.

import { parseArgs } from "node:util";
import { connect } from "./client.mjs";
import { openDemo } from "./demo.mjs";
import { servePage } from "./page.mjs";
import { readOrMakeKeys } from "./keys.mjs";
import { endOnSignals, endWith, fail, serve } from "./serve.mjs";

// What Cloudflare's scheduler does by wrangler.toml's cron; nothing does it here but this.
const CRON_MS = { ledger: 10 * 60_000, office: 60_000 };

endOnSignals();
try {
  const { values } = parseArgs({ options: { empty: { type: "boolean" } } });
  const stateDir = process.env.STATE_DIR || ".state";
  const { ADMIN_KEY } = readOrMakeKeys();
  const server = await serve({ port: Number(process.env.PORT || 8787), stateDir });
  endWith(server);
  const { url } = server;
  const api = connect(url, { key: ADMIN_KEY });
  for (const [worker, ms] of Object.entries(CRON_MS)) setInterval(() => server.scheduled(Date.now(), worker).catch(() => {}), ms);

  const key = process.env.ADMIN_KEY ? "$ADMIN_KEY" : ADMIN_KEY;
  console.log(`
Admin key: ${process.env.ADMIN_KEY ? "the environment's ADMIN_KEY" : `${ADMIN_KEY} (kept in .dev.vars)`}`);
  const page = values.empty ? undefined : await servePage(url);
  const demo = page && (await openDemo(api, stateDir, page.origin));
  if (demo) {
    const survey = `${url}/v1/surveys/${demo.id}`;
    const response = {
      answers: { recommend: 9, satisfied: 5 },
      dimensions: { channel: "web" },
      consent: { notice: demo.notice.hash, process_answers: true, use_customer_id: false, use_segments: true, analyse_comment: false },
    };
    console.log(`
The demo survey, its answers all made up:
  ${survey}
A page of another origin with the widget in it:
  ${page.show(demo.id)}
The same as a page for people:
  ${url}/s/${demo.id}
The dashboard, to be opened with the admin key:
  ${url}/dashboard/
Its scores, from the next tick on (every ${demo.release.every}; what is small waits longer):
  curl -s -H "Authorization: Bearer ${key}" ${survey}/kpis
One more response:
  curl -s -H 'Content-Type: application/json' -d '${JSON.stringify(response)}' ${survey}/responses
`);
  }
  console.log(`ready ${url}`);
} catch (fault) {
  fail(fault);
}
