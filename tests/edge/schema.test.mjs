// The published JSON Schema of a survey, and the Worker's own reading of one, agree.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import Ajv from "ajv/dist/2020.js";
import { startServer } from "./server.mjs";

const FIXTURES = JSON.parse(readFileSync(new URL("../fixtures/surveys.json", import.meta.url)));

let server;
before(async () => {
  server = await startServer({ vars: { TURNSTILE_SITE_KEY: "0x4AAAAAAAtestsownsitekey" } });
});
after(() => server.discard());

test("the survey schema accepts what the Worker accepts, and refuses what a schema can refuse", async () => {
  const reply = await server.api("GET", "/survey.schema.json", undefined, { key: null });
  assert.equal(reply.headers["content-type"], "application/schema+json");
  const schema = JSON.parse(reply.text);
  assert.equal(schema.$schema, "https://json-schema.org/draft/2020-12/schema");
  const validate = new Ajv({ strict: true, strictTypes: false, strictRequired: false, allErrors: true }).compile(schema);
  const { json: webhook } = await server.api("POST", "/v1/webhooks", { name: "Theirs", url: "https://shop.example/" });
  for (const { why, valid, structural, survey } of FIXTURES) {
    if (valid && survey.relay) survey.relay.webhook = webhook.id;
    // What no schema can say (an order, a reference, a length of time) is not `structural`.
    const said = validate(survey);
    assert.equal(said, valid || !structural, `${why}: ${JSON.stringify(validate.errors?.slice(0, 3))}`);
    const stored = await server.api("POST", "/v1/surveys", survey);
    assert.equal(stored.status, valid ? 201 : 422, why);
    if (valid) assert.ok(validate(stored.json), `${why}, as stored: ${JSON.stringify(validate.errors?.slice(0, 3))}`);
  }
});
