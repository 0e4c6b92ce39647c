// A page of another origin that embeds a survey, as a customer's site would: for looking at the widget.

import { createServer } from "node:http";

const html = (service, survey) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>A page with the widget</title>
<h1>A page with the widget</h1>
<script src="${service}/widget.js" data-survey="${survey}" data-dimension-channel="web" async></script>
<p><counterfoil-survey survey="${survey}" mode="button" lang="nl"></counterfoil-survey></p>
</html>
`;

/**
 * Serves the page on any free port, at `localhost`, where the service is at `127.0.0.1`. `show(survey)` says where
 * to look, once the survey is there.
 */
export async function servePage(service) {
  let shown;
  const policy = `default-src 'none'; script-src ${service}; connect-src ${service}; require-trusted-types-for 'script'`;
  const server = createServer((request, reply) => {
    reply.writeHead(shown ? 200 : 404, { "content-type": "text/html; charset=utf-8", "content-security-policy": policy });
    reply.end(shown && html(service, shown));
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const origin = `http://localhost:${server.address().port}`;
  return { origin, show: (survey) => ((shown = survey), `${origin}/`) };
}
