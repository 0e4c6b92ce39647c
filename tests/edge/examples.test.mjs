// The API's own document has an example of everything in JSON, and each is as its schema says.

import assert from "node:assert/strict";
import { test } from "node:test";
import { OPENAPI, assertShape, validatorOf } from "./document.mjs";

/** What a media type gives as examples: its own, or its schema's. */
const examplesOf = ({ example, schema }) => (example !== undefined ? [example] : shownBy(schema));

/** The examples of a schema of the document; of one that is one of several, the examples of each. */
function shownBy({ $ref, oneOf, examples }) {
  if ($ref?.startsWith("/")) return [];
  if ($ref) return shownBy(OPENAPI.components.schemas[$ref.split("/").at(-1)]);
  const each = oneOf?.map(shownBy) ?? [];
  return examples ?? (each.every((some) => some.length > 0) ? each.flat() : []);
}

/** Everything in JSON that a call takes or, where it succeeds, gives; the documents that are served aside. */
function* contents() {
  for (const [path, calls] of Object.entries(OPENAPI.paths)) {
    for (const [method, { operationId, requestBody, responses }] of Object.entries(calls)) {
      if (!operationId || path.endsWith(".json")) continue;
      const replies = Object.entries(responses).filter(([status]) => status.startsWith("2"));
      for (const [what, holder] of [["takes", requestBody], ...replies]) {
        for (const [type, content] of Object.entries(holder?.content ?? {})) {
          if (/\bjson$/.test(type)) yield { name: `${method} ${path} ${what}`, content };
        }
      }
    }
  }
}

test("every call has an example of what it takes and gives in JSON, and it is as the schema says", () => {
  let seen = 0;
  for (const { name, content } of contents()) {
    const examples = examplesOf(content);
    assert.ok(examples.length > 0, `${name}: no example`);
    for (const example of examples) assertShape(content.schema, example, name);
    seen += examples.length;
  }
  assert.ok(seen >= 50, `${seen} examples`);
});

test("every example of a schema is as it says", () => {
  for (const [name, { examples = [] }] of Object.entries(OPENAPI.components.schemas)) {
    for (const example of examples) assertShape(name, example);
  }
});

test("a day that there is not, and an instant that is none, would be found", () => {
  for (const [schema, wrong] of [["Day", "-001-12-07"], ["Day", "2026-02-30"], [{ type: "string", format: "date-time" }, "2026-11-22 10:00"]]) {
    assert.equal(validatorOf(schema)(wrong), false, wrong);
  }
});
