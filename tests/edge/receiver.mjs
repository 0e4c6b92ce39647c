// A receiver of webhooks of a test's own, on this machine: it does what it is told, and keeps what came.

import { once } from "node:events";
import { createServer } from "node:http";

/**
 * Starts a receiver. `events` holds what came: `{headers, body, at}`. `behave(how)` says how it replies from
 * then on: a status, `{status, headers}`, "stall" (never), or "reset" (the connection breaks).
 * `next(count)` resolves once so many have come altogether.
 */
export async function startReceiver() {
  const events = [];
  let behaviour = 204;
  let look = () => {};
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request.setEncoding("utf8")) body += part;
    events.push({ method: request.method, path: request.url, headers: request.headers, body, at: Date.now() });
    look();
    if (behaviour === "stall") return;
    if (behaviour === "reset") return request.socket.resetAndDestroy();
    const { status, headers = {} } = typeof behaviour === "number" ? { status: behaviour } : behaviour;
    response.writeHead(status, headers).end(status === 204 ? undefined : "What a receiver says is not read.");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}/hooks?from=counterfoil`,
    events,
    behave: (how) => (behaviour = how),
    next: (count) =>
      new Promise((resolve) => {
        look = () => events.length >= count && resolve(events);
        look();
      }),
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
