// A survey while it is edited: the API's own JSON, with what nobody here knows left as it is. Only dimensions and themes
// are rows meanwhile, since a name that is being typed may be another's for a moment.

/** The token of a JSON pointer (RFC 6901, section 3). */
const token = (part) => String(part).replaceAll("~", "~0").replaceAll("/", "~1");
/** The JSON pointer, as a fragment, of a path such as `["questions", 0, "id"]`. */
export const pointerOf = (path) => ["#", ...path.map(token)].join("/");
/** The path of a pointer; places in lists as texts. */
export const pathOf = (pointer) => pointer.split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
/** The id of the element for a path. */
export const idOf = (path) => `at-${encodeURIComponent(pointerOf(path).slice(2)).replaceAll("%", "_")}`;

/** A draft of a survey as the API gave it. The survey stays as it is. */
export function draftOf(survey) {
  const draft = structuredClone(survey);
  draft.dimensions = Object.entries(draft.dimensions ?? {}).map(([name, segments]) => ({ name, segments }));
  draft.themes = Object.entries(draft.themes ?? {}).map(([name, words]) => ({
    name, words: Object.entries(words).map(([locale, words]) => ({ locale, words })),
  }));
  draft.release ??= {};
  draft.retention ??= {};
  for (const { options } of draft.questions ?? []) {
    options?.forEach((option, i) => (options[i] = typeof option === "string" ? { id: option } : option));
  }
  return draft;
}

/** What is sent: the JSON of a draft. Where a name stands twice the last row wins; `twice` finds that. */
export function surveyOf(draft) {
  const survey = structuredClone(draft);
  survey.dimensions = Object.fromEntries(draft.dimensions.map(({ name, segments }) => [name, segments]));
  survey.themes = Object.fromEntries(draft.themes.map(({ name, words }) => [name, Object.fromEntries(words.map(({ locale, words }) => [locale, words]))]));
  return survey;
}

/** In the path of a row: its name, which in the JSON is no member. */
export const NAME = "(name)";

/** Faults that JSON cannot show: a name that two rows have. */
export function twice(draft, said) {
  const faults = [];
  const look = (rows, name, path) => {
    rows.forEach((row, i) => {
      if (rows.findIndex((other) => other[name] === row[name]) < i) faults.push({ pointer: pointerOf(path(row)), detail: said, row: i });
    });
  };
  look(draft.dimensions, "name", (row) => ["dimensions", row.name, NAME]);
  look(draft.themes, "name", (row) => ["themes", row.name, NAME]);
  for (const theme of draft.themes) look(theme.words, "locale", (row) => ["themes", theme.name, row.locale, NAME]);
  return faults;
}

/**
 * The API names a member that it does not know, or whose name is not allowed, by its parent and its place there: with the
 * survey that was sent, the pointer of the member itself, or of its name.
 */
export function placed(faults, survey) {
  return faults.map((fault) => {
    if (fault.member === undefined) return fault;
    const parent = pathOf(fault.pointer).reduce((value, part) => value?.[part], survey);
    const name = Object.keys(parent ?? {})[fault.member];
    return name === undefined ? fault : { ...fault, pointer: pointerOf([...pathOf(fault.pointer), name, ...(fault.code === "name" ? [NAME] : [])]) };
  });
}

/** Members of a question that only some kinds have, and what a kind begins with. */
const OF_KINDS = {
  nps: { map: undefined }, csat: { points: undefined }, ces: { points: undefined, direction: undefined }, rating: { points: undefined },
  choice: { options: () => [{ id: "" }, { id: "" }], multiple: undefined }, yes_no: {},
  number: { unit: undefined, min: () => 0, max: () => 10, bins: undefined }, comment: {},
};
export const KINDS = Object.keys(OF_KINDS);

/** Makes a question one of another kind: what only the old one had goes, what nobody here knows stays. */
export function turn(question, kind) {
  const next = OF_KINDS[kind];
  for (const own of Object.values(OF_KINDS)) for (const member of Object.keys(own)) if (!(member in next)) delete question[member];
  if (kind !== question.kind) delete question.points;
  question.kind = kind;
  for (const [member, make] of Object.entries(next)) if (make && !(member in question)) question[member] = make();
}

/** An id that no question has yet. */
export function freshId(ids, stem) {
  for (let n = 1; ; n++) {
    const id = n === 1 ? stem : `${stem}_${n}`;
    if (!ids.includes(id)) return id;
  }
}

/** Which members differ between two surveys. */
export function differing(one, other) {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].filter((name) => !["revision", "created"].includes(name) && JSON.stringify(one[name]) !== JSON.stringify(other[name]));
}

/** What a reply of KPIs may be held against, by the kind of a question. */
export const KPIS = { nps: ["nps"], csat: ["csat"], ces: ["ces", "ces_easy"], rating: ["rating"], choice: ["share"], yes_no: ["yes"], number: ["mean"], comment: ["share"] };

const VISIT = ["duration", "pages", "converted", "bounced"];
/** Whether a survey measures visits, rather than asking anything. */
export const measuresVisits = (questions = []) => VISIT.every((id) => questions.some((question) => question.id === id));
