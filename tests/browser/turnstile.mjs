// Cloudflare's half of Turnstile in a browser, as its documentation describes it: the script that renders the check,
// implicitly or explicitly, and the frame of the check, which gives the token. The real one cannot be reached here.
// Followed: "Embed the widget" and "Widget configurations" at developers.cloudflare.com/turnstile (read 2026-11-22).

export const CHALLENGES = "https://challenges.cloudflare.com";

/** Runs in a page, as its script. */
function api(challenges) {
  const explicit = new URL(document.currentScript.src).searchParams.get("render") === "explicit";
  const checks = new Map();
  globalThis.turnstile = {
    render(container, options) {
      const id = `cf-chl-widget-${checks.size}`;
      const frame = document.createElement("iframe");
      frame.title = "Widget containing a Cloudflare security challenge";
      const [width, height] = options.size === "compact" ? [150, 140] : [300, 65];
      Object.assign(frame, { width, height, src: `${challenges}/check?${new URLSearchParams({ id, sitekey: options.sitekey, action: options.action, language: options.language })}` });
      container.append(frame);
      const field = document.createElement("input");
      if (options["response-field"] !== false) container.append(Object.assign(field, { type: "hidden", name: "cf-turnstile-response" }));
      checks.set(id, { container, frame, field, options });
      return id;
    },
    reset(id) {
      const { frame, field } = checks.get(id);
      field.value = "";
      delete frame.dataset.passed;
      frame.src = `${frame.src}`;
    },
    remove(id) {
      checks.get(id).container.replaceChildren();
      checks.delete(id);
    },
  };
  addEventListener("message", ({ origin, data }) => {
    const check = origin === challenges && checks.get(data.id);
    if (!check) return;
    check.field.value = data.token;
    check.frame.dataset.passed = "";
    check.options.callback?.(data.token);
  });
  if (explicit) return;
  for (const container of document.querySelectorAll(".cf-turnstile")) turnstile.render(container, { ...container.dataset });
}

/**
 * Answers for it in a context. `service` issues the tokens; `passes()` says whether the check is passed. Gives what the
 * frames were asked with. A frame whose token is there has `data-passed`, which is the stand-in's own.
 */
export async function serveTurnstile(context, service, { passes = () => true } = {}) {
  const asked = [];
  await context.route(`${CHALLENGES}/**`, async (route) => {
    const url = new URL(route.request().url());
    if (url.pathname === "/turnstile/v0/api.js") {
      return route.fulfill({ contentType: "text/javascript", body: `(${api})(${JSON.stringify(CHALLENGES)})` });
    }
    const { id, ...rest } = Object.fromEntries(url.searchParams);
    asked.push(rest);
    const told = JSON.stringify({ id, token: passes() ? service.issue(rest.action) : undefined });
    const script = passes() ? `<script>parent.postMessage(${told}, "*")</script>` : "";
    await route.fulfill({ contentType: "text/html", body: `<!doctype html><html lang="en"><title>Check</title><main>Check</main>${script}</html>` });
  });
  return asked;
}
