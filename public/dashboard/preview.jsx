// The real widget, with a definition that is not saved: in a frame of no origin, which may call nobody.

import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { Voice } from "./context.js";

export function Preview({ judged, lang, visits }) {
  const { t } = useContext(Voice);
  const frame = useRef(null);
  const [ready, setReady] = useState(false);
  const [height, setHeight] = useState(240);
  const [sent, setSent] = useState(false);
  const [times, setTimes] = useState(0);
  const definition = judged.public;
  useEffect(() => {
    const hear = ({ source, data }) => {
      if (source !== frame.current?.contentWindow) return;
      if (data.ready) setReady(true);
      if (data.height) setHeight(Math.min(Math.max(data.height, 80), 4000));
      if (data.sent) setSent(true);
    };
    addEventListener("message", hear);
    return () => removeEventListener("message", hear);
  }, []);
  const shown = definition && JSON.stringify(definition);
  useEffect(() => {
    setSent(false);
    // A frame of no origin can be addressed as anybody's alone; what respondents may see is no secret.
    if (ready && shown) frame.current.contentWindow.postMessage({ definition: JSON.parse(shown), lang }, "*");
  }, [ready, shown, lang, times]);
  return (
    <aside class="panel preview" aria-labelledby="preview">
      <h2 id="preview" tabIndex={-1}>{t("preview")}</h2>
      <p class="note">{t("preview_what")}</p>
      <div role="status">
        {judged.faults.length > 0 && <p class="note warn">{t(definition ? "preview_old" : "preview_none", { n: judged.faults.length })}</p>}
        {judged.fault && <p class="note warn">{t(judged.fault.kind === "offline" ? "offline" : "preview_failed")}</p>}
        {sent && <p class="message done">{t("preview_sent")}</p>}
      </div>
      {sent && <div><button type="button" onClick={() => setTimes(times + 1)}>{t("preview_again")}</button></div>}
      {visits && <p class="note">{t("preview_visits")}</p>}
      <iframe ref={frame} src="/dashboard/preview" sandbox="allow-scripts allow-forms" title={t("preview")} height={height} hidden={!definition} />
    </aside>
  );
}
