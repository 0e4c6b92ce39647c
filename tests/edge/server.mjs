// A server of a test's own: the built Workers in a process of its own, with fresh state, keys and port.

import { fork } from "node:child_process";
import { on } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { connect } from "../../scripts/client.mjs";
import { makeKey } from "../../scripts/keys.mjs";

const SERVE = fileURLToPath(new URL("../../scripts/serve.mjs", import.meta.url));
const READY_S = 60;
const END_S = 10;
const CRON_S = 60;

/**
 * Starts a server. What is left out is made anew: give a former server's `stateDir`, `adminKey` and
 * rings of keys (`pepper`, `invitationKey`, `receiptKey`, `webhookKey`) to start it again. `vars` go over those of wrangler.toml;
 * `outbound` (host and port) answers what the Workers ask of the world; `offline`: nothing leaves the machine, nor reaches another program on it. `api` sends the admin key unless a call says `{key: null}` or another one.
 * `stop` ends it well, `kill` at once (SIGKILL to workerd and Node); `discard` stops it and removes
 * its state. `logs` holds the lines that it has printed.
 */
export async function startServer({
  stateDir = mkdtempSync(path.join(tmpdir(), "counterfoil-")),
  adminKey = makeKey(),
  pepper = makeKey(),
  invitationKey = makeKey(),
  receiptKey = makeKey(),
  webhookKey = makeKey(),
  port = 0,
  build,
  vars = {},
  outbound,
  offline = false,
} = {}) {
  const options = ["--port", String(port), "--state", stateDir, ...(build ? ["--build", build] : []), ...(offline ? ["--offline"] : [])];
  for (const [name, value] of Object.entries(vars)) options.push("--var", `${name}:${value}`);
  if (outbound) options.push("--outbound", outbound);
  const child = fork(SERVE, options, {
    env: { ...process.env, ADMIN_KEY: adminKey, PEPPER: pepper, INVITATION_KEY: invitationKey, RECEIPT_KEY: receiptKey, WEBHOOK_KEY: webhookKey },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const ended = new Promise((resolve) => child.once("exit", (code, signal) => resolve(signal ?? code)));
  const logs = [];
  let workerd;
  const url = await new Promise((resolve, reject) => {
    const refuse = (why) => {
      child.kill("SIGKILL");
      reject(new Error(`the server ${why}:\n${logs.join("\n")}`));
    };
    const timer = setTimeout(refuse, READY_S * 1000, `was not ready within ${READY_S} s`);
    ended.then((how) => {
      clearTimeout(timer);
      refuse(`ended before it was ready (${how})`);
    });
    onLines(child.stderr, (line) => logs.push(line));
    onLines(child.stdout, (line) => {
      logs.push(line);
      const [, word, value] = line.match(/^(workerd|ready) (\S+)$/) ?? [];
      if (word === "workerd") workerd = Number(value);
      if (word === "ready") {
        clearTimeout(timer);
        resolve(value);
      }
    });
  });

  /** How it ended: an exit code or a signal. Returns once workerd has let go of its port, hence of its files. */
  async function gone() {
    const late = sleep(END_S * 1000, undefined, { ref: false }).then(() => {
      throw new Error(`the server did not end within ${END_S} s`);
    });
    const how = await Promise.race([ended, late]);
    for (let tries = 0; tries < END_S * 100 && (await listens(url)); tries++) await sleep(10);
    return how;
  }
  async function stop() {
    child.kill("SIGTERM");
    return gone();
  }
  async function kill() {
    if (child.exitCode !== null || child.signalCode !== null) return gone();
    child.kill("SIGKILL");
    try {
      process.kill(workerd, "SIGKILL");
    } catch (fault) {
      if (fault.code !== "ESRCH") throw fault;
    }
    return gone();
  }
  async function discard() {
    await stop();
    rmSync(stateDir, { recursive: true, force: true });
  }
  const api = connect(url, { key: adminKey });
  /** Runs a Worker's cron for a present, in milliseconds since 1970; how it ended. Several may run at once. */
  let calls = 0;
  async function scheduled(time, worker = "ledger") {
    const call = ++calls;
    const late = AbortSignal.timeout(CRON_S * 1000);
    child.send({ call, scheduled: time, worker });
    for await (const [{ call: done, ...how }] of on(child, "message", { signal: late })) if (done === call) return how;
  }
  return { url, stateDir, adminKey, pepper, invitationKey, receiptKey, webhookKey, logs, api, scheduled, stop, kill, discard };
}

function onLines(stream, take) {
  let rest = "";
  stream.setEncoding("utf8").on("data", (part) => {
    const lines = (rest + part).split("\n");
    rest = lines.pop();
    lines.forEach(take);
  });
}

function listens(url) {
  return new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port: new URL(url).port });
    socket.on("error", () => resolve(false));
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}
