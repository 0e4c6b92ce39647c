// The Workers that there are, as wrangler.toml has them: an environment each.

import { fileURLToPath } from "node:url";
import { unstable_readConfig } from "wrangler";

/** The front first: it is what the world reaches. */
export const WORKERS = ["front", "ledger", "office"];

const CONFIG = fileURLToPath(new URL("../wrangler.toml", import.meta.url));

/** What wrangler.toml says of one. */
export const readConfig = (worker) => unstable_readConfig({ config: CONFIG, env: worker });
