// A Worker that runs batches of SQL in D1, for the scripts and the tests. Miniflare's own proxy of a database blocks on a
// call of its own for each statement, which now and then loses its reply on a busy machine; this is one call a batch.

/** Its module. It has one binding, the database `DB`. */
export const SCRIPT = `export default {
  async fetch(request, { DB }) {
    try {
      const statements = await request.json();
      const results = await DB.batch(statements.map(([sql, ...parameters]) => DB.prepare(sql).bind(...parameters)));
      return Response.json({ rows: results.map(({ results }) => results) });
    } catch (fault) {
      return Response.json({ fault: fault.message });
    }
  },
};`;

/** Runs statements, `[sql, ...parameters]`, in one transaction, by the Worker's `fetch`; the rows of each. */
export async function runBatch(fetch, statements) {
  const reply = await fetch("http://batches/", { method: "POST", body: JSON.stringify(statements) });
  const { rows, fault } = await reply.json();
  if (fault) throw new Error(fault);
  return rows;
}
