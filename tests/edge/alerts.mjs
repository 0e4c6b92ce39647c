// What tests of alerts have in common: a server and a receiver, a release of responses, the office's cron.

import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import { assertShape } from "./document.mjs";
import { startReceiver } from "./receiver.mjs";
import { startServer } from "./server.mjs";
import { changeD1 } from "./state.mjs";
import { submissionId, times, until } from "./survey.mjs";

export const [MINUTE, DAY] = [60_000, 86_400_000];
export const QUESTIONS = [{ id: "recommend", kind: "nps" }, { id: "effort", kind: "ces", direction: "effort_high" }];
/** The UTC day so many days ago. */
export const day = (ago) => new Date(Date.now() - ago * DAY).toISOString().slice(0, 10);
/** How long a receiver may take here, in seconds. */
const vars = { WEBHOOK_TIMEOUT: "2" };

/** A server, a receiver, and what a test does with them. */
export async function stage(options = {}) {
  const [server, receiver] = await Promise.all([startServer({ vars, ...options }), startReceiver()]);
  // Behind the clock, since cron's minutes are over sooner than ours; but of the same day, whose answers are looked at.
  let now = Math.max(Date.now() - 20 * MINUTE, Date.parse(day(0)));
  const made = async (path, body) => {
    const reply = await server.api("POST", path, body);
    assert.equal(reply.status, 201, reply.text);
    return reply.json;
  };
  const own = {
    server,
    receiver,
    webhook: (url = receiver.url) => made("/v1/webhooks", { name: "A test's own", url }),
    alert: async (webhook, when) => {
      const alert = await made("/v1/alerts", { name: "A test's own", webhook: webhook.id, when });
      assertShape("Alert", alert);
      return alert;
    },
    read: async (alert) => (await own.server.api("GET", `/v1/alerts/${alert.id}`)).json,
    /** Runs the office's cron at the test's present, which then is so much later. */
    cron: async (later = 0) => {
      now += later;
      assert.equal((await own.server.scheduled(now, "office")).outcome, "ok");
    },
    present: () => now,
    /** Sends responses, each with these answers, and waits for their release, but for those too few to be sealed. */
    release: async (survey, count, answers, more) => {
      const released = async () => new Map((await survey.kpis()).kpis.map(({ question, n }) => [question, n]));
      const before = await released();
      const bodies = Array.from({ length: count }, (_, i) => ({ submission_id: submissionId(), answers, ...more?.(i) }));
      await times(count, 8, async (i) => {
        const reply = await survey.respond(bodies[i]);
        assert.equal(reply.status, 202, reply.text);
      });
      const answered = Object.keys(bodies[0].answers);
      await until(async () => {
        const now = await released();
        return answered.every((question) => now.get(question) > before.get(question) + count - 5);
      }, `the release of ${count}`, 60);
    },
    deliveries: async (query = "") => {
      const reply = await own.server.api("GET", `/v1/deliveries${query}`);
      assert.equal(reply.status, 200, reply.text);
      assertShape("Deliveries", reply.json);
      return reply.json.items;
    },
    /** Stops the server, changes rows of D1, and starts it again with the same state. */
    again: async (statements = []) => {
      await own.server.stop();
      if (statements.length > 0) await changeD1(own.server.stateDir, statements);
      own.server = await startServer({ ...own.server, vars, ...options });
      // The surveys of before go on with the new server.
      server.api = own.server.api;
    },
    end: () => Promise.all([own.server.discard(), receiver.stop()]),
  };
  return own;
}

/** The events that came, verified as their receivers do it. */
export const verified = (receiver, { secret }) => receiver.events.map(({ body, headers }) => new Webhook(secret).verify(body, headers));
