// The Ledger's storage, for Rust: every exception reaches it as a value, and a commit is all or nothing.

/** Runs `statements`, each `[sql, parameters]`, in one transaction: an error leaves nothing behind. */
export function commit(storage, statements) {
  storage.transactionSync(() => {
    for (const [sql, parameters] of statements) storage.sql.exec(sql, ...parameters);
  });
}

/** The rows of a query, each an array of its columns. */
export function select(storage, sql, parameters) {
  return storage.sql.exec(sql, ...parameters).raw().toArray();
}

/** Lets the object's alarm ring at an instant, in milliseconds since 1970. */
export async function setAlarm(storage, at) {
  await storage.setAlarm(at);
}
