// What a deployment consists of, as far as it can be said without an account: no calls, no files.

import { SECRETS, TURNSTILE_SECRET, makeKey, secretsOf } from "./keys.mjs";

/** In the order of their upload: each refers to those before it. */
export const UPLOADS = ["ledger", "office", "front"];


/** The database's id in wrangler.toml before there is a database. */
export const PLACEHOLDER = "00000000-0000-0000-0000-000000000000";
/** The jurisdictions that JURISDICTION may name; the Workers refuse any other. */
const JURISDICTIONS = ["", "eu"];
/** The fewest bytes that a secret may have. */
const LEAST_SECRET = 32;

/** What wrangler's reading of wrangler.toml says of a deployment; `configs`: by Worker. */
export function target(configs) {
  const one = (what, of) => {
    const all = new Set(Object.values(configs).map(of));
    if (all.size !== 1) throw new Error(`The Workers in wrangler.toml differ in their ${what}.`);
    return [...all][0];
  };
  const jurisdiction = one("JURISDICTION", (config) => config.vars.JURISDICTION ?? "");
  if (!JURISDICTIONS.includes(jurisdiction)) throw new Error('JURISDICTION in wrangler.toml must be "eu" or "".');
  const name = one("database_name", (config) => config.d1_databases[0].database_name);
  const id = one("database_id", (config) => config.d1_databases[0].database_id);
  const keys = Object.values(configs).map((config) => config.vars.TURNSTILE_SITE_KEY).filter((key) => key !== undefined);
  if (new Set(keys).size > 1) throw new Error("Front and office in wrangler.toml differ in their TURNSTILE_SITE_KEY.");
  return { jurisdiction, turnstile: Boolean(keys[0]), database: { name, id: id === PLACEHOLDER ? undefined : id } };
}

/** The steps in order: what each looks for, and the command that it runs where that is missing. */
export function steps({ jurisdiction, turnstile, database }) {
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
    ...UPLOADS.filter((worker) => secretsOf(worker).length > 0).map((worker) => ({
      name: "Secrets",
      worker,
      does: `look which of ${secretsOf(worker, { turnstile }).join(", ")} the ${worker} has; make the others${turnstile && worker === "front" ? `, but for ${TURNSTILE_SECRET}, which is Cloudflare's to make` : ""}`,
      command: ["secret", "list", "--env", worker],
    })),
    { name: "Tables", does: "apply the files of schema/d1 that are new", command: ["d1", "migrations", "apply", database.name, "--remote", "--env", "front"] },
    ...UPLOADS.map((worker) => ({
      name: "Worker",
      worker,
      does: `upload the ${worker}${secretsOf(worker).length > 0 ? ", together with the secrets that were missing" : ""}`,
      command: ["deploy", "--env", worker],
    })),
  ];
}

/** wrangler.toml with the database's id in place of the placeholder, for each Worker. */
export function withDatabaseId(toml, id) {
  const line = `\ndatabase_id = "${PLACEHOLDER}"`;
  const parts = toml.split(line);
  if (parts.length !== UPLOADS.length + 1) throw new Error(`wrangler.toml has not ${UPLOADS.length} lines${line.replace("\n", " ")} of their own: put ${id} there by hand.`);
  return parts.join(`\ndatabase_id = "${id}"`);
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

/**
 * The secrets that some Worker lacks: from the environment, else made. `present`: by Worker, the names of those it
 * has. What one lacks is set for all that hold it, so that they agree. `made`: the names of those that were made. That of
 * Turnstile is looked for only if wanted, and never made: it belongs to the site key.
 */
export function missingSecrets(present, environment, { turnstile = false } = {}) {
  const secrets = {};
  const made = [];
  const lacks = (name) => UPLOADS.some((worker) => secretsOf(worker).includes(name) && !present[worker]?.includes(name));
  for (const name of SECRETS.filter(lacks)) {
    const given = environment[name];
    if (given && Buffer.byteLength(given) < LEAST_SECRET) throw new Error(`${name} in the environment has fewer than ${LEAST_SECRET} bytes.`);
    if (!given) made.push(name);
    secrets[name] = given || makeKey();
  }
  if (turnstile && !present.front?.includes(TURNSTILE_SECRET)) {
    const given = environment[TURNSTILE_SECRET];
    if (!given) throw new Error(`wrangler.toml has a TURNSTILE_SITE_KEY: put the secret key that belongs to it into ${TURNSTILE_SECRET}, in the environment.`);
    secrets[TURNSTILE_SECRET] = given;
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
