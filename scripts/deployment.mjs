// What a deployment consists of, as far as it can be said without an account: no calls, no files.

import { SECRETS, makeKey } from "./keys.mjs";

/** The database's id in wrangler.toml before there is a database. */
export const PLACEHOLDER = "00000000-0000-0000-0000-000000000000";
/** The jurisdictions that JURISDICTION may name; the Worker refuses any other. */
const JURISDICTIONS = ["", "eu"];
/** The fewest bytes that a secret may have. */
const LEAST_SECRET = 32;

/** What wrangler's reading of wrangler.toml says of a deployment. */
export function target(config) {
  const [database] = config.d1_databases;
  const jurisdiction = config.vars.JURISDICTION ?? "";
  if (!JURISDICTIONS.includes(jurisdiction)) throw new Error('JURISDICTION in wrangler.toml must be "eu" or "".');
  const id = database.database_id === PLACEHOLDER ? undefined : database.database_id;
  return { worker: config.name, jurisdiction, database: { name: database.database_name, id } };
}

/** The steps in order: what each looks for, and the command that it runs where that is missing. */
export function steps({ worker, jurisdiction, database }) {
  const create = ["d1", "create", database.name, ...(jurisdiction ? ["--jurisdiction", jurisdiction] : [])];
  return [
    { name: "Account", does: "look who is logged in; `wrangler login`, or CLOUDFLARE_API_TOKEN, is for you to do", command: ["whoami", "--json"] },
    database.id
      ? { name: "Database", does: `take the one that wrangler.toml names, ${database.id}` }
      : {
          name: "Database",
          does: `look for a D1 database ${database.name} (wrangler d1 list), make it where there is none, write its id into wrangler.toml`,
          command: create,
        },
    { name: "Secrets", does: `look which of ${SECRETS.join(", ")} the Worker ${worker} has; make the others`, command: ["secret", "list"] },
    { name: "Tables", does: "apply the files of schema/d1 that are new", command: ["d1", "migrations", "apply", database.name, "--remote"] },
    { name: "Worker", does: "upload it, together with the secrets that were missing", command: ["deploy"] },
  ];
}

/** wrangler.toml with the database's id in place of the placeholder. */
export function withDatabaseId(toml, id) {
  const line = `database_id = "${PLACEHOLDER}"`;
  if (toml.split(`\n${line}`).length !== 2) throw new Error(`wrangler.toml has no line ${line} of its own: put ${id} there by hand.`);
  return toml.replace(`\n${line}`, `\ndatabase_id = "${id}"`);
}

/**
 * The database to use, of those that the account has; none: it is to be made. One that is kept elsewhere than
 * wanted is refused; `doubt` says where the account does not tell.
 */
export function findDatabase(databases, { name }, jurisdiction) {
  const found = databases.find((database) => database.name === name);
  if (!found) return {};
  if (jurisdiction && found.jurisdiction === undefined) {
    return { id: found.uuid, doubt: `The database ${name} was there already: make sure that it was made with --jurisdiction ${jurisdiction}.` };
  }
  if ((found.jurisdiction ?? "") !== jurisdiction) {
    throw new Error(`The database ${name} is there already, under another jurisdiction than wrangler.toml says: it cannot be moved.`);
  }
  return { id: found.uuid };
}

/** The secrets that the Worker lacks: from the environment, else made. `made`: the names of those that were made. */
export function missingSecrets(present, environment) {
  const secrets = {};
  const made = [];
  for (const name of SECRETS.filter((name) => !present.includes(name))) {
    const given = environment[name];
    if (given && Buffer.byteLength(given) < LEAST_SECRET) throw new Error(`${name} in the environment has fewer than ${LEAST_SECRET} bytes.`);
    if (!given) made.push(name);
    secrets[name] = given || makeKey();
  }
  return { secrets, made };
}

/** The names in the reply of `wrangler secret list`; none where there is no such Worker yet. */
export function presentSecrets({ status, stdout, stderr }) {
  if (status === 0) return JSON.parse(stdout).map(({ name }) => name);
  if (/Worker "[^"]*"[^\n]* not found/.test(stderr + stdout)) return [];
  throw new Error(`The Worker's secrets could not be listed: ${(stderr + stdout).trim().replace(/\s+/g, " ")}`);
}

/** Where the Worker answers, from the lines that wrangler writes about what it did. */
export function deployedTo(lines) {
  const deployed = lines.split("\n").filter(Boolean).map((line) => JSON.parse(line)).find(({ type }) => type === "deploy");
  return deployed?.targets?.find((target) => target.startsWith("https://"));
}
