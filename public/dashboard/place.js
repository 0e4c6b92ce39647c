// Where one is: the view, in the fragment of the address, so that it can be reloaded and shared. Never the key.

const DAY_MS = 86_400_000;
const DAY = /^\d{4}-\d\d-\d\d$/;
const STEPS = ["day", "week", "month"];
/** Pages that say in their path what they are about: a survey, or one of their parts. */
const WITH_ID = ["surveys", "edit", "privacy", "facts"];

/** The UTC day so many days after another one, as `2026-11-22`. */
export const dayAfter = (day, days) => new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
/** Today, as the API counts days: in UTC. */
export const today = () => new Date().toISOString().slice(0, 10);

/** The first day of the range of so many weeks (from Monday) that ends with this one. */
export function weeksBack(weeks, now = today()) {
  const sinceMonday = (new Date(now).getUTCDay() + 6) % 7;
  return dayAfter(now, -sinceMonday - 7 * (weeks - 1));
}

/** The first day of the range of so many months that ends with this one. */
export function monthsBack(months, now = today()) {
  const [year, month] = now.split("-").map(Number);
  return new Date(Date.UTC(year, month - months, 1)).toISOString().slice(0, 10);
}

/** The view that a fragment names; what it leaves out is as usual: twelve weeks, week by week, against the time before. */
export function readPlace(fragment) {
  const [path, query = ""] = fragment.replace(/^#\/?/, "").split("?");
  const [page = "", id = ""] = path.split("/");
  const given = new URLSearchParams(query);
  const day = (name, usual) => (DAY.test(given.get(name)) && !Number.isNaN(Date.parse(given.get(name))) ? given.get(name) : usual);
  return {
    page: page || "overview",
    id: /^\w{1,32}$/.test(id) ? id : "",
    from: day("from", weeksBack(12)),
    to: day("to", today()),
    step: STEPS.includes(given.get("step")) ? given.get("step") : "week",
    compare: given.get("compare") === "none" ? "" : "previous",
    by: given.get("by") ?? "",
    surveys: (given.get("surveys") ?? "").split(",").filter((id) => /^\w{1,32}$/.test(id)),
    day: day("day", today()),
    lang: given.get("lang") ?? "",
    explicit: [...given.keys()],
  };
}

/** The fragment of a view: what was said in the present one is kept, `changes` go over it. */
export function writePlace(place, changes = {}) {
  const next = { ...place, ...changes };
  const said = new Set([...place.explicit, ...Object.keys(changes)]);
  const query = new URLSearchParams();
  for (const name of ["from", "to", "step", "lang", "by", "day"]) if (said.has(name) && next[name]) query.set(name, next[name]);
  if (!next.compare) query.set("compare", "none");
  if (next.surveys.length) query.set("surveys", next.surveys.join(","));
  const path = next.page === "overview" ? "" : next.id && WITH_ID.includes(next.page) ? `${next.page}/${next.id}` : next.page;
  const text = String(query).replaceAll("%2C", ",");
  return `#/${path}${text && `?${text}`}`;
}
