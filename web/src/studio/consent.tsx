/** Asks a speaker of a recorded town hall before anybody hears them, and says so to the desk. */
import { useSignal } from "@preact/signals";
import type { Problem } from "../shell/http.ts";
import { postJson } from "../shell/http.ts";
import { t } from "../texts/public.ts";
import { s } from "../texts/studio.ts";

/** `agreed` hears that the desk has written it down. */
export function Consent({ hall, agreed }: { hall: string; agreed: () => void }) {
  const refusal = useSignal<Problem | null>(null);
  const asking = useSignal(false);
  const agree = async () => {
    asking.value = true;
    const answer = await postJson<unknown>(`/api/v1/halls/${hall}/consent`);
    asking.value = false;
    refusal.value = answer.ok ? null : answer.problem;
    if (answer.ok) agreed();
  };
  return (
    <div class="note stack" data-tone="wait">
      <strong>
        {t("recorded")} {s("agree.yours")}
      </strong>
      <p>{s("agree.until")}</p>
      <button type="button" class="button" data-kind="main" disabled={asking.value} onClick={agree}>
        {s("agree")}
      </button>
      {refusal.value && (
        <p role="alert">
          {refusal.value.sentence} {refusal.value.next}
        </p>
      )}
    </div>
  );
}
