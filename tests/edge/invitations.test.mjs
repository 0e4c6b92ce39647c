// Invitations: a person counts once without an id in a link, and nothing is kept for it.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { makeKey } from "../../scripts/keys.mjs";
import { startServer } from "./server.mjs";
import { changes, countsOf, readRows, settledPages } from "./state.mjs";
import { assertProblem, createSurvey, submissionId, times, until } from "./survey.mjs";

const NPS = { id: "recommend", kind: "nps" };
const PAGE = "https://shop.example/feedback?from=mail";

let server;
before(async () => {
  server = await startServer();
});
after(() => server.discard());

const invite = (survey, body, options) => server.api("POST", `${survey.path}/invitations`, body, options);

/** Invitations of these customers, which must be given. */
async function invitations(survey, ...customer_ids) {
  const reply = await invite(survey, { customer_ids });
  assert.equal(reply.status, 200, reply.text);
  return reply.json.items.map(({ invitation }) => invitation);
}

/** A response, with a submission id of its own. */
const answer = (survey, others, options) =>
  survey.respond({ submission_id: submissionId(), answers: { recommend: 9 }, ...others }, options);

async function accepted(survey) {
  const counts = countsOf(await readRows(server.stateDir, [survey]), survey);
  return counts.recommend?.accepted ?? 0;
}

test("invitations come in the order of the ids, which do not come back", async () => {
  const survey = await createSurvey(server, { questions: [NPS], origins: ["https://shop.example"] });
  const customer_ids = ["C-7", "x".repeat(256), "C-\u{1F600}"];
  const asked = Date.now();
  const reply = await invite(survey, { customer_ids, valid_for: "2d", page: PAGE });
  assert.equal(reply.status, 200, reply.text);
  assert.deepEqual(Object.keys(reply.json).sort(), ["expires", "items"]);
  const valid = Date.parse(reply.json.expires) - asked;
  assert.ok(valid >= 2 * 86_400_000 && valid < 2 * 86_400_000 + 60_000, reply.json.expires);
  assert.equal(reply.json.items.length, 3);
  for (const { invitation, link, ...rest } of reply.json.items) {
    assert.deepEqual(rest, {});
    assert.match(invitation, /^[\w-]{11}\.[\w-]{107}$/);
    assert.equal(link, `${PAGE}#i=${invitation}`);
    assert.equal(new URL(link).search, "?from=mail");
  }
  for (const id of customer_ids) assert.ok(!reply.text.includes(id));
  // Without a page links lead to the hosted one; and no two are alike, not even of one person.
  const [again] = (await invite(survey, { customer_ids: ["C-7"] })).json.items;
  assert.deepEqual(again, { link: `${server.url}/s/${survey.id}?i=${again.invitation}`, invitation: again.invitation });
  assert.notEqual(again.invitation, reply.json.items[0].invitation);
  // In the order of the ids: the first is that of C-7.
  const { invitation } = reply.json.items[0];
  assert.equal((await answer(survey, { invitation })).status, 202);
  await answer(survey, { customer_id: "C-7" }, { key: server.adminKey });
  assert.equal(await accepted(survey), 1);
});

test("invitations are for holders of a key, and every fault is told at once", async () => {
  const survey = await createSurvey(server, { questions: [NPS], origins: ["https://shop.example"] });
  const body = { customer_ids: ["C-7"] };
  assertProblem(await invite(survey, body, { key: null }), 401, "key-needed");
  assertProblem(await invite(survey, body, { key: "x".repeat(43) }), 401, "wrong-key");
  assertProblem(await invite({ path: "/v1/surveys/AAAAAAAA" }, body), 404, "not-found");
  assertProblem(await invite(survey, "{"), 400, "malformed");
  assertProblem(await invite(survey, JSON.stringify(body), { headers: { "content-type": "text/plain" } }), 415, "media-type");
  assertProblem(await invite(survey, { customer_ids: Array(1000).fill("é".repeat(200)) }), 413, "body-too-large");
  assertProblem(await server.api("POST", `${survey.path}/invitations?dry_run=1`, body), 422, "invalid", [" unknown_parameter"]);
  const faulty = await invite(survey, {
    customer_ids: ["Canary-a", "Canary-a", "", 7],
    valid_for: "1m",
    page: "https://Canary.example/",
    Canary: 1,
  });
  assertProblem(faulty, 422, "invalid", [
    "#/customer_ids/2 length",
    "#/customer_ids/3 type",
    "#/customer_ids/1 duplicate",
    "#/valid_for range",
    "#/page unlisted_origin",
    "# unknown_member 3",
  ]);
  assert.ok(!faulty.text.includes("Canary"), faulty.text);
  const own = await invite(survey, { ...body, page: `${server.url}/anything` });
  assert.equal(own.status, 200, "the Worker's own origin needs not be listed");
  const thousand = await invite(survey, { customer_ids: Array.from({ length: 1000 }, (_, i) => `C-${i}`) });
  assert.equal(new Set(thousand.json.items.map(({ invitation }) => invitation)).size, 1000);
});

test("what is no invitation to the survey is refused, and nothing of it comes back", async () => {
  const [survey, other] = await times(2, 2, () => createSurvey(server, { questions: [NPS], verified_only: true }));
  const [invitation] = await invitations(survey, "C-7");
  const [elsewhere] = await invitations(other, "C-7");
  const changed = invitation.replace(/.$/, (last) => (last === "A" ? "B" : "A"));
  for (const wrong of [elsewhere, changed, invitation.slice(1), `${invitation} `, "", "nothing"]) {
    const reply = await answer(survey, { invitation: wrong });
    assertProblem(reply, 422, "invalid", ["#/invitation invitation_invalid"]);
    if (wrong) assert.ok(!reply.text.includes(wrong));
  }
  assertProblem(await answer(survey, { invitation: { a: 1 } }), 422, "invalid", ["#/invitation type"]);
  const both = { invitation, customer_id: "C-7" };
  assertProblem(await answer(survey, both, { key: server.adminKey }), 422, "invalid", ["#/invitation one_of"]);
  assertProblem(await answer(survey, both), 401, "key-needed");
  assertProblem(await answer(survey), 422, "invalid", ["#/customer_id verified_only"]);
  assert.equal(await accepted(survey), 0);
});

describe("promise_6", () => {
  test("promise_6: a person invited twice, and sent by the server too, counts once", async () => {
    const survey = await createSurvey(server, { questions: [NPS], verified_only: true });
    const sent = await times(3, 3, () => invitations(survey, "C-1042", "C-1043"));
    const replies = await times(30, 15, (i) =>
      i % 3 === 0
        ? answer(survey, { customer_id: "C-1042" }, { key: server.adminKey })
        : answer(survey, { invitation: sent[i % 3][i % 2] }),
    );
    const shapes = replies.map(({ status, json }) => [status, Object.keys(json).sort().join(), json.withdrawable_until].join());
    assert.equal(new Set(shapes).size, 1, shapes.join("\n"));
    assert.equal(replies[0].status, 202);
    assert.equal(await accepted(survey), 2);
  });

  test("promise_6: a person counts once while peppers and invitation keys are rotated, over restarts", async () => {
    const rotated = await startServer();
    const [oldPepper, newPepper, oldKey, newKey] = [rotated.pepper, makeKey(), rotated.invitationKey, makeKey()];
    let running = rotated;
    try {
      const survey = await createSurvey(running, { questions: [NPS] });
      const at = (server) => ({ ...survey, respond: (body, options) => server.api("POST", `${survey.path}/responses`, { consent: survey.consent, ...body }, { key: null, ...options }) });
      const minted = async () =>
        (await running.api("POST", `${survey.path}/invitations`, { customer_ids: ["C-7"] })).json.items[0].invitation;
      const first = await minted();
      assert.equal((await answer(at(running), { invitation: first })).status, 202);
      let second;
      for (const [pepper, invitationKey] of [
        [`${oldPepper} ${newPepper}`, `${oldKey} ${newKey}`],
        [`${newPepper} ${oldPepper}`, `${newKey}\n${oldKey}`],
      ]) {
        await running.stop();
        running = await startServer({ stateDir: rotated.stateDir, adminKey: rotated.adminKey, pepper, invitationKey });
        second = await minted();
        for (const invitation of [first, second]) assert.equal((await answer(at(running), { invitation })).status, 202);
        assert.equal((await answer(at(running), { customer_id: "C-7" }, { key: running.adminKey })).status, 202);
        const rows = await readRows(rotated.stateDir, [survey]);
        assert.equal(countsOf(rows, survey).recommend.accepted, 1);
      }
      // The old invitation key is gone, and with it what it sealed; the new one's invitations stay.
      await running.stop();
      running = await startServer({ stateDir: rotated.stateDir, adminKey: rotated.adminKey, pepper: `${newPepper} ${oldPepper}`, invitationKey: newKey });
      assertProblem(await answer(at(running), { invitation: first }), 422, "invalid", ["#/invitation invitation_invalid"]);
      assert.equal((await answer(at(running), { invitation: second })).status, 202);
      assert.equal(countsOf(await readRows(rotated.stateDir, [survey]), survey).recommend.accepted, 1);
    } finally {
      await running.stop();
      await rotated.discard();
    }
  });
});

test("promise_10: invitations of one person to two surveys are unrelated, and neither opens the other", async () => {
  const surveys = await times(2, 2, () => createSurvey(server, { questions: [NPS] }));
  const [[here], [there]] = await times(2, 2, (i) => invitations(surveys[i], "C-7"));
  const [a, b] = [here, there].map((invitation) => Buffer.from(invitation.slice(12), "base64url"));
  assert.equal(here.slice(0, 12), there.slice(0, 12), "the key's id");
  const alike = a.filter((byte, i) => byte === b[i]).length;
  assert.ok(alike < 10, `${alike} of 80 bytes are alike`);
  assertProblem(await answer(surveys[1], { invitation: here }), 422, "invalid", ["#/invitation invitation_invalid"]);
});

test("promise_1: an invitation that consent does not cover is discarded unread", async () => {
  const survey = await createSurvey(server, { questions: [NPS] });
  const [invitation] = await invitations(survey, "C-7");
  const consent = { ...survey.consent, use_customer_id: false };
  for (const given of [invitation, "no invitation", { a: 1 }]) {
    assert.equal((await answer(survey, { invitation: given, consent })).status, 202);
    assert.equal((await answer(survey, { invitation: given }, { headers: { "sec-gpc": "1" } })).status, 202);
  }
  const ledger = (await readRows(server.stateDir, [survey])).ledgers[survey.id];
  assert.deepEqual([ledger.persons, ledger.window], [[], []]);
});

test("promise_1: a GET never counts, and minting writes nothing: mail scanners follow links", async () => {
  const survey = await createSurvey(server, { questions: [NPS], origins: ["https://shop.example"], verified_only: true });
  await answer(survey, { invitation: (await invitations(survey, "C-1"))[0] });
  const before = await settledPages(server.stateDir);
  const rows = await readRows(server.stateDir, [survey]);
  const { items } = (await invite(survey, { customer_ids: ["C-7", "C-8"], page: PAGE })).json;
  const { invitation } = items[0];
  const { paths } = (await server.api("GET", "/openapi.json")).json;
  const known = Object.keys(paths).map((path) => path.replace("{id}", survey.id).replace("{slug}", "invalid"));
  assert.ok(known.includes(`${survey.path}/invitations`));
  for (const path of [...known, "/", `/s/${survey.id}`, survey.path]) {
    for (const target of [`${path}?i=${invitation}`, `${path.replace(/\/$/, "")}/${invitation}`, `${path}?invitation=${invitation}`, path]) {
      for (const method of ["GET", "HEAD"]) {
        for (const key of [null, server.adminKey]) {
          const reply = await server.api(method, target, undefined, { key });
          assert.ok(reply.status < 500, `${method} ${target}: ${reply.status}`);
          // The hosted page alone hands it on: in its own form, and nowhere else.
          const own = `name="invitation" value="${invitation}"`;
          const shown = reply.text.replace(own, "").replace(`name="i" value="${invitation}"`, "");
          assert.ok(!shown.includes(invitation), `${method} ${target}`);
        }
      }
    }
  }
  // The platform keeps a book of its own on reading D1; its rows are ours.
  const changed = changes(before, await settledPages(server.stateDir)).filter((name) => !name.startsWith("d1/"));
  assert.deepEqual(changed, []);
  assert.deepEqual(await readRows(server.stateDir, [survey]), rows);
  assert.equal((await answer(survey, { invitation })).status, 202, "and it is still good");
  assert.equal(await accepted(survey), 2);
});

test("a secret that is no ring of keys is a fault that says which, and nothing of it", async () => {
  const key = makeKey();
  for (const [given, name, why] of [
    [{ pepper: "short" }, "PEPPER", "at least 32 bytes"],
    [{ pepper: `${key} ${key}` }, "PEPPER", "stands in it twice"],
    [{ invitationKey: Array.from({ length: 5 }, makeKey).join(" ") }, "INVITATION_KEY", "more than 4 keys"],
    [{ receiptKey: "x".repeat(50) }, "RECEIPT_KEY", "32 bytes as base64url"],
  ]) {
    const wrong = await startServer(given);
    try {
      const reply = await wrong.api("GET", "/v1/surveys/Uk");
      assertProblem(reply, 500, "internal");
      const told = new RegExp(`fault ${reply.json.reference}: the secret ${name} cannot be used: .*${why}`);
      await until(() => wrong.logs.some((line) => told.test(line)), `the log says why: ${told}`);
      const log = wrong.logs.join("\n");
      assert.ok(Object.values(given).every((secret) => secret.split(" ").every((part) => !log.includes(part) && !reply.text.includes(part))));
    } finally {
      await wrong.discard();
    }
  }
});
