// D1, for Rust: statements as one transaction, and rows as arrays of their columns.

/** Runs `statements`, each `[sql, parameters]`, in one transaction; the rows of each. */
export async function batch(database, statements) {
  const bound = statements.map(([sql, parameters]) => database.prepare(sql).bind(...parameters));
  const results = await database.batch(bound);
  return results.map(({ results }) => results.map((row) => Object.values(row)));
}
