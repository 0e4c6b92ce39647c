// promise_7: nothing accepted is lost or counted twice, whatever ends the server.

import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startServer } from "./server.mjs";
import { changeD1, countsOf, readFiles, readRows } from "./state.mjs";
import { QUICK, createSurvey, submissionId, times, until } from "./survey.mjs";

const OPTIONS = Array.from({ length: 50 }, (_, i) => `o${i}`);
/** Two questions of fifty options tell 2,500 responses apart by their tallies. */
const QUESTIONS = [
  { id: "first", kind: "choice", options: OPTIONS },
  { id: "second", kind: "choice", options: OPTIONS },
];
const answersOf = (i) => ({ first: OPTIONS[i % 50], second: OPTIONS[Math.floor(i / 50) % 50] });

/** The tallies of the responses with these numbers. */
function talliesOf(numbers) {
  const tallies = { first: {}, second: {} };
  for (const i of numbers) {
    for (const [question, option] of Object.entries(answersOf(i))) {
      tallies[question][option] = (tallies[question][option] ?? 0) + 1;
    }
  }
  return tallies;
}

const again = ({ stateDir, adminKey, pepper }) => startServer({ stateDir, adminKey, pepper });

/** Calls on the survey of a former server, at this one. */
const at = (server, { id, path, consent }) => ({
  id,
  path,
  respond: (body, options) => server.api("POST", `${path}/responses`, { consent, ...body }, { key: null, ...options }),
});

/** Asserts that of a stopped server's survey the responses below `count` are counted, each once. */
async function assertAllCountOnce({ stateDir }, survey, count) {
  const rows = await readRows(stateDir, [survey]);
  const counts = countsOf(rows, survey);
  const expected = talliesOf(Array(count).keys());
  for (const question of ["first", "second"]) {
    const { accepted, pending, sealed, released, tallies, cohorts } = counts[question];
    assert.deepEqual([accepted, pending + sealed + released], [count, count]);
    assert.deepEqual(tallies, expected[question]);
    for (const cohort of cohorts) assert.ok(cohort.where === "pending" || cohort.n >= 5, JSON.stringify(cohort));
  }
  assert.equal(rows.ledgers[survey.id].submissions.length, count);
}

describe("durability", { concurrency: true }, () => {
  test("promise_7: a restart keeps what is pending, who has answered and what was sent", async () => {
    let server = await startServer();
    try {
      const survey = await createSurvey(server, { questions: QUESTIONS });
      const key = () => ({ key: server.adminKey });
      const body = (i) => ({ customer_id: `C-${i}`, answers: answersOf(i) });
      const ids = Array.from({ length: 20 }, submissionId);
      const first = await times(20, 8, (i) => survey.respond({ submission_id: ids[i], ...body(i) }, key()));
      assert.ok(first.every(({ status }) => status === 202));
      const before = await readRows(server.stateDir, [survey]);

      assert.equal(await server.stop(), 0);
      assert.deepEqual(await readRows(server.stateDir, [survey]), before);
      server = await again(server);
      const same = at(server, survey);
      // The same submissions, and the same persons under other ids.
      const replayed = await times(20, 8, (i) => same.respond({ submission_id: ids[i], ...body(i) }, key()));
      assert.deepEqual(replayed.map(({ text }) => text), first.map(({ text }) => text));
      const repeated = await times(20, 8, (i) => same.respond(body(i), key()));
      assert.ok(repeated.every(({ status }) => status === 202));
      assert.equal((await same.respond(body(20), key())).status, 202);

      const counts = countsOf(await readRows(server.stateDir, [survey]), survey);
      const expected = talliesOf(Array.from({ length: 21 }, (_, i) => i));
      for (const question of ["first", "second"]) {
        assert.deepEqual([counts[question].accepted, counts[question].pending], [21, 21]);
        assert.deepEqual(counts[question].tallies, expected[question]);
      }
    } finally {
      await server.discard();
    }
  });

  test("promise_7: after a restart a tick comes without a request", async () => {
    let server = await startServer();
    try {
      const survey = await createSurvey(server, { questions: QUESTIONS, release: QUICK });
      const replies = await times(12, 4, (i) => survey.respond({ answers: { first: "o1", second: OPTIONS[i] } }));
      assert.ok(replies.every(({ status }) => status === 202));
      await server.stop();
      server = await again(server);
      // Nobody calls: the rows are read from a copy of the files.
      const rows = await until(async () => {
        const rows = await readRows(server.stateDir, [survey]);
        return countsOf(rows, survey).first.released > 0 && rows.ledgers[survey.id].batches.length === 0 && rows;
      }, "a release in D1");
      const counts = countsOf(rows, survey);
      assert.deepEqual([counts.first.released, counts.first.pending, counts.first.sealed], [12, 0, 0]);
      assert.deepEqual(counts.first.tallies, { o1: 12 });
      assert.equal(rows.d1.applied.length, 1);
    } finally {
      await server.discard();
    }
  });

  test("promise_9: where alarms were lost, cron wakes the Ledgers", async () => {
    let server = await startServer();
    try {
      const survey = await createSurvey(server, { questions: QUESTIONS, release: QUICK });
      const replies = await times(6, 6, () => survey.respond({ answers: answersOf(0) }));
      const tick = Date.parse(replies[0].json.withdrawable_until);
      await server.stop();
      // Where workerd keeps the alarms of all objects of the class.
      const alarms = [...readFiles(server.stateDir).keys()].filter((name) => /^do\/.*\/metadata\.sqlite/.test(name));
      assert.ok(alarms.length > 0);
      for (const name of alarms) rmSync(path.join(server.stateDir, name));
      server = await again(server);
      const released = async () => countsOf(await readRows(server.stateDir, [survey]), survey).first.released;
      await until(() => Date.now() > tick + 2000, "the tick");
      assert.equal(await released(), 0);
      assert.equal((await server.scheduled(Date.now())).outcome, "ok");
      await until(async () => (await released()) === 6, "the release");
    } finally {
      await server.discard();
    }
  });

  test("promise_7: a batch that D1 refuses waits until D1 takes it", async () => {
    let server = await startServer();
    try {
      const survey = await createSurvey(server, { questions: QUESTIONS, release: QUICK });
      const change = async (statement) => {
        await server.stop();
        await changeD1(server.stateDir, [[statement]]);
        server = await again(server);
      };
      const first = async () => countsOf(await readRows(server.stateDir, [survey]), survey).first;
      await change("create trigger refuse before insert on cohorts begin select raise(abort, 'refused'); end");
      const replies = await times(6, 6, (i) => at(server, survey).respond({ answers: answersOf(i) }));
      assert.ok(replies.every(({ status }) => status === 202));
      await until(() => server.logs.some((line) => line.includes("refused")), "the refusal");
      const { pending, sealed, released } = await first();
      assert.deepEqual([pending, sealed, released], [0, 6, 0]);
      await change("drop trigger refuse");
      await until(async () => (await first()).released === 6, "the release");
    } finally {
      await server.discard();
    }
  });

  test("promise_7: a tick that came due while nobody served is made up for", async () => {
    let server = await startServer();
    try {
      const survey = await createSurvey(server, { questions: QUESTIONS, release: QUICK });
      const replies = await times(7, 7, (i) => survey.respond({ answers: answersOf(i) }));
      const tick = Date.parse(replies[0].json.withdrawable_until);
      await server.kill();
      await until(() => Date.now() > tick + 1000, "the tick");
      server = await again(server);
      await until(async () => {
        const { json } = await server.api("GET", `${survey.path}/kpis`);
        return json.kpis[0].n === 7;
      }, "the release");
    } finally {
      await server.discard();
    }
  });

  test("promise_7: SIGKILL in mid-load, five times: what was acknowledged counts once, and so does what is sent again", async () => {
    let server = await startServer();
    try {
      const survey = await createSurvey(server, { questions: QUESTIONS, dimensions: { channel: ["web", "app"] }, release: QUICK });
      const sent = []; // by number: {body, acknowledged}
      const post = async (i, respond) => {
        const known = (sent[i] ??= {
          submission_id: submissionId(),
          answers: answersOf(i),
          dimensions: { channel: i % 2 ? "web" : "app" },
        });
        const { acknowledged, ...body } = known;
        const reply = await respond(body);
        if (reply.status === 202) {
          if (acknowledged) assert.equal(reply.text, acknowledged);
          known.acknowledged ??= reply.text;
        }
        return reply;
      };
      const cut = [];
      for (let round = 0; round < 5; round++) {
        const { respond } = at(server, survey);
        let next = sent.length;
        let dead = false;
        let arrived = 0;
        const moment = 20 + Math.floor(Math.random() * 200);
        const load = times(64, 64, async () => {
          while (!dead && next < 2500) {
            try {
              const reply = await post(next++, respond);
              arrived += 1;
              if (!dead) assert.equal(reply.status, 202, reply.text);
            } catch (fault) {
              // The connection was lost with the server: nobody knows whether this one was counted.
              if (fault.code === "ERR_ASSERTION") throw fault;
              return;
            }
          }
        });
        await until(() => arrived >= moment, `${moment} replies`);
        dead = true;
        await server.kill();
        await load;
        cut.push(sent.filter((one) => !one.acknowledged).length);

        server = await again(server);
        const fresh = at(server, survey);
        const unknown = sent.flatMap((one, i) => (one.acknowledged ? [] : [i]));
        const some = sent.flatMap((one, i) => (one.acknowledged && i % 7 === 0 ? [i] : []));
        const replies = await times(unknown.length + some.length, 16, (k) => post([...unknown, ...some][k], fresh.respond));
        for (const reply of replies) assert.equal(reply.status, 202, reply.text);
      }
      assert.ok(cut.some((n) => n > 0), "every round ended between two responses");

      // Once more over a tick: what was released stays released, once.
      await until(async () => {
        const { json } = await server.api("GET", `${survey.path}/kpis`);
        const { json: ledger } = await server.api("GET", `${survey.path}/ledger`);
        assert.equal(ledger.conserved, true);
        return json.kpis[0].n > sent.length / 2;
      }, "a release");
      await server.stop();
      await assertAllCountOnce(server, survey, sent.length);
    } finally {
      await server.discard();
    }
  });

  test("promise_7: SIGKILL at the tick, three times: what it seals reaches D1 once", async () => {
    let server = await startServer();
    try {
      const survey = await createSurvey(server, { questions: QUESTIONS, dimensions: { channel: ["web", "app"] }, release: QUICK });
      let sent = 0;
      for (let round = 0; round < 3; round++) {
        const { respond } = at(server, survey);
        const replies = await times(100, 16, (i) =>
          respond({ answers: answersOf(sent + i), dimensions: { channel: i % 2 ? "web" : "app" } }),
        );
        for (const reply of replies) assert.equal(reply.status, 202, reply.text);
        sent += replies.length;
        // Sealing, telling D1 and noting it done takes some 50 ms from the tick on.
        const tick = Date.parse(replies.at(-1).json.withdrawable_until);
        await sleep(tick - Date.now() + Math.random() * 60);
        await server.kill();
        server = await again(server);
      }
      await until(async () => (await server.api("GET", `${survey.path}/kpis`)).json.kpis[0].n > sent / 2, "a release");
      await server.stop();
      await assertAllCountOnce(server, survey, sent);
    } finally {
      await server.discard();
    }
  });
});
