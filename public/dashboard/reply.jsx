// A call and what becomes of it: waiting, failed, offline, there.

import { useCallback, useContext, useEffect, useState } from "preact/hooks";
import { call } from "./api.js";
import { Session, Voice } from "./context.js";

/**
 * Asks for a path, and again where it changes; null asks nothing. `{state: "waiting" | "failed" | "done", data?, fault?, again, renew}`:
 * both ask once more; with `renew` what is there stands until something new has come.
 */
export function useReply(path) {
  const { key, end } = useContext(Session);
  const [found, setFound] = useState({});
  const [times, setTimes] = useState(0);
  const [renewals, setRenewals] = useState(0);
  const again = useCallback(() => setTimes((times) => times + 1), []);
  const renew = useCallback(() => setRenewals((renewals) => renewals + 1), []);
  const asked = `${times} ${path}`;
  useEffect(() => {
    if (!path) return undefined;
    const stop = new AbortController();
    call(key, "GET", path, { signal: stop.signal }).then(
      (data) => setFound({ asked, data }),
      (fault) => {
        if (stop.signal.aborted) return;
        if (fault.status === 401) end("key_refused");
        else setFound((found) => (found.asked === asked && found.data ? found : { asked, fault }));
      },
    );
    return () => stop.abort();
  }, [asked, renewals, key]);
  const { fault, data } = found.asked === asked ? found : {};
  useEffect(() => {
    if (fault?.kind !== "offline") return undefined;
    addEventListener("online", again);
    return () => removeEventListener("online", again);
  }, [fault]);
  return { state: fault ? "failed" : data ? "done" : "waiting", data, fault, again, renew };
}

/** What stands where a reply is not there: that it is on its way, or why it is not, and a way to try again. */
export function Reply({ reply, children, lines = 3 }) {
  const { t } = useContext(Voice);
  if (reply.state === "done") return children(reply.data);
  if (reply.state === "waiting") {
    return (
      <div class="waiting" role="status">
        <span class="hidden">{t("loading")}</span>
        {Array.from({ length: lines }, (_, i) => <span class="bone" key={i} />)}
      </div>
    );
  }
  return <Trouble fault={reply.fault} again={reply.again} />;
}

/** Why a call brought nothing. `again`: where it can be tried again, which is done by itself once there is a connection. */
export function Trouble({ fault, again }) {
  const { t, has } = useContext(Voice);
  const offline = fault.kind === "offline";
  const slug = fault.problem?.type?.split("/").at(-1);
  return (
    <div class={`message ${offline ? "offline" : "failed"}`} role="alert">
      <p class="title">{offline ? t("offline") : has(`problem_${slug}`) ? t(`problem_${slug}`) : t("failed", { status: fault.status })}</p>
      {offline && again && <p>{t("offline_what")}</p>}
      {(fault.problem?.detail || fault.problem?.errors) && (
        <p lang="en">{[fault.problem.detail, ...(fault.problem.errors ?? []).map(({ detail }) => detail)].filter(Boolean).join(" ")}</p>
      )}
      {fault.problem?.reference && <p>{t("reference", { reference: fault.problem.reference })}</p>}
      {again && <button type="button" onClick={again}>{t("again")}</button>}
    </div>
  );
}
