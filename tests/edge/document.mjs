// The API's own document, and whether a body is as it says.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import Ajv from "ajv/dist/2020.js";

const read = (name) => JSON.parse(readFileSync(new URL(`../../schema/${name}`, import.meta.url)));

/** The document. */
export const OPENAPI = read("openapi.json");

const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, validateSchema: false });
ajv.addSchema(read("survey.schema.json"), "/survey.schema.json");
ajv.addSchema(OPENAPI, "/openapi.json");
const validators = new Map();

/** Asserts that a body is as the schema of this name in the document says. */
export function assertShape(name, body) {
  if (!validators.has(name)) validators.set(name, ajv.compile({ $ref: `/openapi.json#/components/schemas/${name}` }));
  const validate = validators.get(name);
  assert.ok(validate(body), `${name}: ${JSON.stringify(validate.errors?.slice(0, 3))}`);
}
