// The key: where it goes, where it never goes, and how long it stays.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openDashboard, settled, signIn } from "../dashboard.mjs";

let stage;
before(async () => {
  stage = await openDashboard();
});
after(() => stage.close());

const kept = (page) => page.evaluate(() => sessionStorage.length);

test("the page is served under a policy of its own, at both of its addresses", async () => {
  for (const path of ["/dashboard/", "/dashboard"]) {
    const { status, headers, text } = await stage.server.api("GET", path, undefined, { key: null });
    assert.deepEqual([status, headers["content-type"], headers["cache-control"]], [200, "text/html; charset=utf-8", "no-store"]);
    assert.equal(
      headers["content-security-policy"],
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; frame-src 'self'; base-uri 'none'; " +
        "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    );
    assert.deepEqual([headers["referrer-policy"], headers["x-content-type-options"]], ["no-referrer", "nosniff"]);
    assert.ok(text.includes('id="dashboard"'));
  }
});

test("a wrong key is refused and not kept, a right one is kept for the tab alone, and signing out forgets it", async () => {
  const page = await stage.visit("", { key: null });
  assert.match(await page.title(), /^Sign in/);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Enter a key.").waitFor();
  for (const wrong of ["cf_0000000000000000_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "sleutel één"]) {
    await page.getByLabel("API key").fill(wrong);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("This key is not known.").waitFor();
    assert.equal(await page.getByLabel("API key").getAttribute("aria-invalid"), "true");
    assert.equal(await kept(page), 0);
    await page.getByLabel("API key").fill("");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("Enter a key.").waitFor();
  }
  page.asked.length = 0; // what went out with the wrong key
  await signIn(page, stage.server.adminKey);
  await settled(page);
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "H1", "the focus is at the new page's heading");
  assert.deepEqual(await page.evaluate(() => Object.keys(sessionStorage)), ["counterfoil-session"]);
  assert.ok(!page.url().includes(stage.server.adminKey));

  await page.reload();
  await page.getByRole("heading", { name: "After a purchase" }).waitFor();
  const other = await page.context().newPage();
  await other.goto(page.url());
  await other.getByLabel("API key").waitFor();

  await other.close();
  await settled(page);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("API key").waitFor();
  assert.equal(await page.getByLabel("API key").inputValue(), "");
  assert.equal(await kept(page), 0);
  await page.reload();
  await page.getByLabel("API key").waitFor();
  assert.ok(!(await page.content()).includes(stage.server.adminKey));
  await stage.leave(page);
});

test("a key that is deleted meanwhile leads back to signing in", async () => {
  const made = await stage.ask("POST", "/v1/keys", { name: "Short-lived", scopes: ["admin"] });
  const page = await stage.visit("", { key: made.key });
  await settled(page);
  // The service may believe a deleted key for a minute: the refusal is put in its place.
  await page.route("**/v1/**", (route) =>
    route.fulfill({ status: 401, contentType: "application/problem+json", body: JSON.stringify({ type: "/problems/wrong-key", title: "", status: 401 }) }));
  await page.getByRole("link", { name: "Business" }).click();
  await page.getByText("The key is not accepted any more.").waitFor();
  assert.equal(await kept(page), 0);
  await stage.leave(page, made.key);
});

test("a key that may only read sees the surveys that it may read, by name", async () => {
  for (const [key, names] of [[stage.read, ["After a purchase", "Nobody asked yet"]], [stage.bound, ["After a purchase"]]]) {
    const page = await stage.visit("", { key });
    await settled(page);
    assert.deepEqual(await page.getByRole("heading", { level: 2 }).allInnerTexts(), names);
    await page.getByRole("listitem").filter({ hasText: "Net Promoter Score" }).first().waitFor();
    await page.getByRole("link", { name: "After a purchase" }).click();
    await page.getByRole("heading", { name: "After a purchase", level: 1 }).waitFor();
    await settled(page);
    // An address that names surveys shows these, and leads to all.
    await page.goto(`${stage.server.url}/dashboard/#/?surveys=${stage.survey.id}`);
    await page.getByRole("heading", { name: "After a purchase", level: 2 }).waitFor();
    await settled(page);
    await page.getByRole("link", { name: "All surveys" }).click();
    await page.waitForFunction(() => location.hash === "#/");
    await settled(page);
    assert.deepEqual(await page.getByRole("heading", { level: 2 }).allInnerTexts(), names);
    // What is of all surveys together is not offered to a key of one, and not shown to it either.
    assert.deepEqual(await page.locator("header nav a").allInnerTexts(), key === stage.bound ? ["Overview"] : ["Overview", "Business", "Facts", "Engagement"]);
    if (key === stage.bound) {
      await page.goto(`${stage.server.url}/dashboard/#/business`);
      await page.getByText("This key may not see this.").waitFor();
    }
    await stage.leave(page, key);
  }
});

test("a key that may not list surveys opens one by its id, which then stands in the address", async () => {
  const { key } = await stage.ask("POST", "/v1/keys", { name: "Reports facts", scopes: ["ingest"] });
  const page = await stage.visit("", { key });
  await page.getByLabel("Survey id").fill("not an id");
  await page.getByRole("button", { name: "Open", exact: true }).click();
  await page.getByText("An id has letters, digits and _ alone.").waitFor();
  await page.getByLabel("Survey id").fill(stage.survey.id);
  await page.getByRole("button", { name: "Open", exact: true }).click();
  await page.getByRole("heading", { name: `Survey ${stage.survey.id}` }).waitFor();
  await settled(page);
  assert.match(await page.evaluate(() => location.hash), new RegExp(`surveys=${stage.survey.id}$`));
  await page.getByText("This key may not see this.").waitFor();
  await stage.leave(page, key);
});
