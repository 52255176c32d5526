/** The owner's link: it works once, so a person must press, and no robot that only looks at links. */
import "../ui/base.css";
import "../ui/controls.css";
import { signal } from "@preact/signals";
import { render } from "preact";
import type { Problem } from "../shell/http.ts";
import { postJson } from "../shell/http.ts";
import { goTo, ownerToken } from "../shell/place.ts";
import { loadWords, t } from "../texts/public.ts";
import { loadRefusals } from "../texts/refusals.ts";

const problem = signal<Problem | null>(null);
const entering = signal(false);

async function enter(): Promise<void> {
  entering.value = true;
  const answer = await postJson<unknown>("/api/v1/owner-link", { token: ownerToken() });
  if (answer.ok) return goTo("/studio");
  problem.value = answer.problem;
  entering.value = false;
}

function Owner() {
  return (
    <main class="sheet stack">
      <h1>{t("owner.title")}</h1>
      <p>{t("owner.once")}</p>
      {problem.value && (
        <p class="note" data-tone="danger" role="alert">
          <strong>{problem.value.sentence}</strong>
          {problem.value.next}
        </p>
      )}
      <div>
        <button type="button" class="button" data-kind="main" onClick={enter} disabled={entering.value}>
          {t("owner.title")}
        </button>
      </div>
    </main>
  );
}

await Promise.all([loadWords(), loadRefusals()]);
render(<Owner />, document.getElementById("page") as HTMLElement);
