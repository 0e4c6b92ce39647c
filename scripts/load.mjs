// The client of scripts/bench: `load.mjs URL KEY SURVEY NOTICE`, told by messages what to send how often.
//
// A process of its own, so that it shares no event loop with Miniflare. As lean as Node's own HTTP
// client is: bodies are made before the clock starts, replies are read and only their status is looked at.

import { randomBytes } from "node:crypto";
import http from "node:http";

const [url, key, survey, notice] = process.argv.slice(2);
const { hostname, port } = new URL(url);
const PATHS = { constant: "/bench/constant", empty: "/bench/empty" };

const integer = (most) => Math.floor(Math.random() * (most + 1));
const one = (list) => list[integer(list.length - 1)];

/** Every path gets the same kind of body; customer ids are unique, as most are in a window. */
function body(identified) {
  return Buffer.from(
    JSON.stringify({
      submission_id: randomBytes(16).toString("base64url"),
      ...(identified && { customer_id: `C-${randomBytes(6).toString("hex")}` }),
      answers: { recommend: integer(10), satisfied: 1 + integer(4), reasons: [one(["price", "speed"])] },
      dimensions: { channel: one(["web", "email", "store"]), touchpoint: one(["checkout", "support"]) },
      consent: { notice, process_answers: true, use_customer_id: identified, use_segments: true, analyse_comment: false },
    }),
  );
}

function post(agent, path, content) {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json", "content-length": content.length };
    const call = http.request({ hostname, port, path, method: "POST", agent, headers }, (reply) => {
      let start = "";
      reply.on("data", (part) => (start ||= part.toString()));
      reply.on("error", reject);
      reply.on("end", () => (reply.statusCode < 300 ? resolve() : reject(new Error(`${reply.statusCode} ${start}`))));
    });
    call.on("error", reject);
    call.end(content);
  });
}

async function run({ name, connections, requests }) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const path = PATHS[name] ?? `/v1/surveys/${survey}/responses`;
  const bodies = Array.from({ length: requests }, () => body(name !== "anonymous"));
  const sender = async () => {
    for (let content = bodies.pop(); content; content = bodies.pop()) await post(agent, path, content);
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: connections }, sender));
  const seconds = (performance.now() - started) / 1000;
  agent.destroy();
  return requests / seconds;
}

process.on("message", (task) => {
  run(task).then(
    (rate) => process.send({ rate }),
    (fault) => process.send({ fault: fault.message }),
  );
});
process.on("disconnect", () => process.exit(0));
