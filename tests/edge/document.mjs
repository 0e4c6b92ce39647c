// The API's own document, and whether a body is as it says.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import addFormats from "ajv-formats";
import Ajv from "ajv/dist/2020.js";

const read = (name) => JSON.parse(readFileSync(new URL(`../../schema/${name}`, import.meta.url)));

/** The document. */
export const OPENAPI = read("openapi.json");

const ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false });
addFormats(ajv);
ajv.addSchema(read("survey.schema.json"), "/survey.schema.json");
ajv.addSchema(OPENAPI, "/openapi.json");
const validators = new Map();

/** Whether something is as a schema says: the one of this name in the document, or one that stands in it. */
export function validatorOf(schema) {
  if (!validators.has(schema)) {
    const whole = typeof schema === "string" ? { $ref: `/openapi.json#/components/schemas/${schema}` } : { $id: `/part/${validators.size}`, ...inDocument(schema) };
    validators.set(schema, ajv.compile(whole));
  }
  return validators.get(schema);
}

/** Asserts that a body is as a schema says. */
export function assertShape(schema, body, what = schema) {
  const validate = validatorOf(schema);
  assert.ok(validate(body), `${what}: ${JSON.stringify(validate.errors?.slice(0, 3))}`);
}

/** A part of the document, with references that lead into it from elsewhere, too. */
function inDocument(part) {
  if (Array.isArray(part)) return part.map(inDocument);
  if (typeof part !== "object" || part === null) return part;
  const resolved = ([name, value]) => [name, name === "$ref" && value.startsWith("#") ? `/openapi.json${value}` : inDocument(value)];
  return Object.fromEntries(Object.entries(part).map(resolved));
}
