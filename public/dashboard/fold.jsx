// What is folded on a phone, so that figures come first. Where there is room it just stands there.

import { useEffect, useState } from "preact/hooks";

const PHONE = matchMedia("(max-width: 40rem)");

/** `head` stands above what is not folded. */
export function Fold({ title, head, children }) {
  const [narrow, setNarrow] = useState(PHONE.matches);
  useEffect(() => {
    const turned = () => setNarrow(PHONE.matches);
    PHONE.addEventListener("change", turned);
    return () => PHONE.removeEventListener("change", turned);
  }, []);
  return narrow ? <details class="fold"><summary>{title}</summary>{children}</details> : <>{head}{children}</>;
}
