/** The start page: what is on now, next, past. */
import "../ui/base.css";
import "../ui/controls.css";
import { signal } from "@preact/signals";
import { render } from "preact";
import { rounds, wall_ms } from "../shell/clock.ts";
import { getJson } from "../shell/http.ts";
import { loadWords, t } from "../texts/public.ts";
import { type HallLine, Halls } from "../ui/halls.tsx";
import { Tongue } from "../ui/tongue.tsx";

const halls = signal<HallLine[] | null>(null);
const away = signal(false);

async function ask(): Promise<void> {
  const answer = await getJson<{ halls: HallLine[] }>("/api/v1/halls");
  if (answer.ok) halls.value = answer.value.halls.filter(({ state }) => state !== "draft");
  away.value = !answer.ok;
}

function Landing() {
  return (
    <main class="sheet stack">
      <h1>{t("landing.title")}</h1>
      {away.value && (
        <p class="note" data-tone="wait" role="status">
          <strong>{t("landing.away")}</strong>
          {t("landing.away.next")}
        </p>
      )}
      {halls.value?.length === 0 && <p>{t("landing.none")}</p>}
      {halls.value && <Halls halls={halls.value} now_ms={wall_ms()} place="/h/" />}
      <Tongue />
    </main>
  );
}

await loadWords();
document.title = `${t("landing.title")} · hustings`;
rounds(ask, 5000, 30_000);
render(<Landing />, document.getElementById("page") as HTMLElement);
