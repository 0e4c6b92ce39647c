// promise_2 where it is hardest: the code panics over a respondent's words. In the bench build, which has
// routes that do so on purpose.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { found } from "./search.mjs";
import { startServer } from "./server.mjs";
import { readFiles } from "./state.mjs";
import { assertProblem, createSurvey, until } from "./survey.mjs";

let server, survey;
before(async () => {
  server = await startServer({ build: fileURLToPath(new URL("../../build-bench", import.meta.url)) });
  survey = await createSurvey(server, { questions: [{ id: "recommend", kind: "nps" }] });
});
after(() => server.discard());

const panics = () => server.logs.filter((line) => line.includes("a panic at")).length;

for (const [where, path, ...refusal] of [
  ["the front", "/bench/panic", 500, "internal"],
  ["a Ledger", "/bench/panic-in-ledger", 503, "unavailable"], // the front lives, and the caller may try again
]) {
  test(`promise_2: a panic in ${where} over a respondent's words says where, and not over what`, async () => {
    const word = `Cnry${randomBytes(6).toString("hex")}`;
    const before = panics();
    const headers = { "user-agent": `${word}-agent`, referer: `https://site.example/${word}` };
    const reply = await server.api("POST", path, JSON.stringify({ answers: { why: word } }), { key: null, headers });
    assertProblem(reply, ...refusal);
    assert.ok(!reply.text.includes(word), reply.text);
    await until(() => panics() > before, "a line in the log");
    // It goes on: for others at once, for the same object soon.
    assert.equal((await survey.respond({ answers: { recommend: 9 } })).status, 202);
    const again = () => server.api("POST", "/bench/empty", "{}", { key: null });
    await until(async () => (await again()).status === 202, "a call of the same object");
    const kept = new Map([...readFiles(server.stateDir), ["log", Buffer.from(server.logs.join("\n"))]]);
    assert.ok(kept.size > 5);
    assert.deepEqual(found(word, kept), []);
  });
}
