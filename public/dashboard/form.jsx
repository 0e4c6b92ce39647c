// The faults of a form that is sent whole: each beside the field that its pointer names.

import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { Session } from "./context.js";

/**
 * `{form, wrong, said, trouble, busy, send}`: `form` is the form's ref, `wrong(name)` the attributes of a field, `said(name)`
 * what the API has against it, `trouble` a fault of no field. `send(act, place)` calls `act` and is true where it went well;
 * `place(pointer)` names the field of a pointer. The first faulty field gets the focus.
 */
export function useSending(prefix) {
  const { end } = useContext(Session);
  const [faults, setFaults] = useState({});
  const [trouble, setTrouble] = useState(null);
  const [busy, setBusy] = useState(false);
  const form = useRef(null);
  useEffect(() => {
    if (Object.keys(faults).length) form.current.querySelector("[aria-invalid=true]")?.focus();
  }, [faults]);
  async function send(act, place = (pointer) => pointer.split("/")[1]) {
    if (busy) return false;
    setTrouble(null);
    setBusy(true);
    try {
      await act();
      setFaults({});
      return true;
    } catch (fault) {
      if (fault.status === 401) return end("key_refused");
      const found = {};
      for (const { pointer, detail } of fault.problem?.errors ?? []) (found[place(pointer ?? "#/")] ??= []).push(detail);
      setFaults(found);
      if (!Object.keys(found).length) setTrouble(fault);
      return false;
    } finally {
      setBusy(false);
    }
  }
  const id = (name) => `${prefix}-${name}-fault`;
  return {
    form, trouble, busy, send,
    wrong: (name) => ({ "aria-invalid": name in faults, "aria-describedby": name in faults ? id(name) : undefined }),
    said: (name) => name in faults && <p class="wrong" id={id(name)} lang="en">{faults[name].join(" ")}</p>,
  };
}
