/** The captioner's page: type or paste what is said; each line goes out with Enter. */
import { useMemo, useRef } from "preact/hooks";
import { t } from "../texts/public.ts";
import { s } from "../texts/studio.ts";
import { clock } from "../words/time.ts";
import { Desk } from "./desk.ts";

export function Captioner({ hall }: { hall: string }) {
  const desk = useMemo(() => new Desk(hall), [hall]);
  const box = useRef<HTMLTextAreaElement>(null);
  const send = async () => {
    const text = box.current?.value.trim() ?? "";
    if (text === "" || !box.current) return;
    box.current.value = "";
    const left = await desk.send(text);
    if (left === "") return;
    // Refused: nothing of what was written is lost, nor what was written since.
    box.current.value = [left, box.current.value].filter(Boolean).join(" ");
  };
  const press = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void send();
  };
  const refusal = desk.refusal.value;
  return (
    <section class="card stack captioner" aria-label={t("captions")}>
      <label class="field">
        <span>{s("caption.box")}</span>
        <textarea ref={box} rows={4} aria-describedby="caption-hint" onKeyDown={press} />
      </label>
      <div class="row">
        <button type="button" class="button" data-kind="main" onClick={send}>
          {s("caption.send")}
        </button>
        <p id="caption-hint" class="soft grow">
          {s("caption.box.hint")}
        </p>
      </div>
      {refusal && (
        <p class="note" data-tone="danger" role="alert">
          <strong>{refusal.sentence}</strong>
          {refusal.next}
        </p>
      )}
      <h2>{s("caption.sent")}</h2>
      {desk.sent.value.length === 0 && <p class="soft">{s("caption.none")}</p>}
      <ol class="captions" aria-live="off">
        {desk.sent.value.map(({ key, at_ms, text }) => (
          <li key={key}>
            <span class="soft figures">{clock(at_ms)}</span> {text}
          </li>
        ))}
      </ol>
    </section>
  );
}
