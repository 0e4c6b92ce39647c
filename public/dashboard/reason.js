// Why there is no figure, as the API says it.

/** With the facts that it is about; nothing where no reason is given. */
export function reasonOf(reason, { t, has }) {
  if (!reason) return "";
  const facts = (reason.facts ?? []).map((fact) => (has(`fact_${fact}`) ? t(`fact_${fact}`) : fact)).join(", ");
  return t(`reason_${reason.code}`, { facts });
}
