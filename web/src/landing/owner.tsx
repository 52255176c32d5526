/** The owner's link: it works once, so a person must press, and no robot that only looks at links. */
import "../ui/base.css";
import "../ui/controls.css";
import { signal } from "@preact/signals";
import { render } from "preact";
import type { Problem } from "../shell/http.ts";
import { postJson } from "../shell/http.ts";
import { goTo, ownerToken } from "../shell/place.ts";

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
      <h1>Enter as owner</h1>
      <p>This link works once. Whoever enters with it runs every town hall on this server, in this browser.</p>
      {problem.value && (
        <p class="note" data-tone="danger" role="alert">
          <strong>{problem.value.sentence}</strong>
          {problem.value.next}
        </p>
      )}
      <div>
        <button type="button" class="button" data-kind="main" onClick={enter} disabled={entering.value}>
          Enter as owner
        </button>
      </div>
    </main>
  );
}

render(<Owner />, document.getElementById("page") as HTMLElement);
