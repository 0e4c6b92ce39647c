// How the columns of a file become the answers, customer ids and segments of scripts/replay.

const KINDS = ["nps", "csat", "ces", "rating", "choice", "yes_no", "comment"];
// No list of options or segments is longer than this; the survey's own, lower bounds are the API's to tell.
const MOST_LISTED = 1000;

/** `{answers: [{column, question, kind, points}], customer, prefix, dimensions: [{column, name}]}`, from the command line. */
export function readMapping({ answer, customer, prefix, dimension }) {
  if (answer.length === 0) throw new Error("at least one --answer COLUMN=QUESTION is needed.");
  const answers = answer.map((text) => {
    const [, column, question, kind = question, points] = text.match(/^(.+)=([^=:/]+)(?::([a-z_]+)(?:\/(\d+))?)?$/) ?? [];
    if (!column) throw new Error(`--answer ${text} is not of the form COLUMN=QUESTION.`);
    return { column, question, kind, ...(points && { points: Number(points) }) };
  });
  const dimensions = dimension.map((text) => {
    const [, column, name = column] = text.match(/^([^=]+)(?:=([^=]+))?$/) ?? [];
    if (!column) throw new Error(`--dimension ${text} is not of the form COLUMN or COLUMN=NAME.`);
    return { column, name };
  });
  return { answers, customer, prefix, dimensions };
}

function cell(row, column) {
  const value = row[column];
  if (value === undefined) throw new Error(`the file has no column ${column}.`);
  return value === "" ? undefined : value;
}

/** Options and comments are words, whatever they look like; other answers are read as numbers and booleans. */
function answerOf(text, question) {
  if (question?.kind === "choice") return question.multiple ? [text] : text;
  if (question?.kind === "comment") return text;
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === "true";
  return Number.isFinite(Number(text)) ? Number(text) : text;
}

/** A row as a response to the survey, or nothing if it has no answer. */
export function responseOf(row, mapping, { questions } = { questions: [] }) {
  const answers = {};
  let comment = false;
  for (const { column, question: id } of mapping.answers) {
    const text = cell(row, column);
    if (text === undefined) continue;
    const question = questions.find((each) => each.id === id);
    answers[id] = answerOf(text, question);
    comment ||= question?.kind === "comment";
  }
  if (Object.keys(answers).length === 0) return undefined;
  const segments = mapping.dimensions.map(({ column, name }) => [name, cell(row, column)]).filter(([, segment]) => segment !== undefined);
  const customer = mapping.customer && cell(row, mapping.customer);
  return {
    ...(customer && { customer_id: mapping.prefix + customer }),
    answers,
    ...(segments.length > 0 && { dimensions: Object.fromEntries(segments) }),
    consent: {
      process_answers: true,
      use_customer_id: Boolean(customer),
      use_segments: segments.length > 0,
      analyse_comment: comment,
    },
  };
}

/** A survey that fits the mapping; options and segments are those that the rows have. */
export async function surveyFor(name, mapping, rows, release) {
  for (const { question, kind } of mapping.answers) {
    if (!KINDS.includes(kind)) throw new Error(`the kind of ${question} must be given as ${question}:KIND, one of ${KINDS.join(", ")}.`);
  }
  const listed = new Map();
  const choices = mapping.answers.filter(({ kind }) => kind === "choice");
  for (const { column } of [...choices, ...mapping.dimensions]) listed.set(column, new Set());
  if (listed.size > 0) {
    for await (const row of rows) {
      for (const [column, found] of listed) {
        const value = cell(row, column);
        if (value !== undefined) found.add(value);
        if (found.size > MOST_LISTED) throw new Error(`the column ${column} has more than ${MOST_LISTED} different values.`);
      }
    }
  }
  const values = (column) => [...listed.get(column)].sort(new Intl.Collator("en", { numeric: true }).compare);
  const terms = Object.entries(release).filter(([, value]) => value !== undefined);
  return {
    name,
    questions: mapping.answers.map(({ column, question, kind, points }) => ({
      id: question,
      kind,
      ...(points && { points }),
      ...(kind === "choice" && { options: values(column) }),
    })),
    ...(mapping.dimensions.length > 0 && {
      dimensions: Object.fromEntries(mapping.dimensions.map(({ column, name }) => [name, values(column)])),
    }),
    ...(terms.length > 0 && { release: Object.fromEntries(terms) }),
  };
}
