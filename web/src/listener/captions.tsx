/** What is being said, as a captioner writes it, at the moment it is heard; for those who want it. */
import { useSignal } from "@preact/signals";
import { remember, remembered } from "../shell/reader.ts";
import { t } from "../texts/public.ts";
import type { Evening } from "./evening.ts";

export function Captions({ evening }: { evening: Evening }) {
  const shown = useSignal(remembered("captions") === "on");
  const captions = evening.heard.value?.captions ?? [];
  const turn = () => {
    shown.value = !shown.value;
    remember("captions", shown.value ? "on" : "off");
  };
  return (
    <div class="captions stack">
      <label class="tick">
        <input type="checkbox" checked={shown.value} onChange={turn} />
        <span>{t("captions.show")}</span>
      </label>
      {shown.value && (
        <p class="captions__text" dir="auto" role="log" aria-label={t("captions")}>
          {captions.length === 0 ? (
            <span class="soft">{t("captions.none")}</span>
          ) : (
            captions.map(({ no, text }) => <span key={no}>{text}</span>)
          )}
        </p>
      )}
    </div>
  );
}
