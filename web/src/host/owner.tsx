/** The owner's page at /studio: every hall, and a new one. */
import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { fromLocalField, isoOf, rounds, wall_ms } from "../shell/clock.ts";
import type { Problem } from "../shell/http.ts";
import { getJson, postJson } from "../shell/http.ts";
import { goTo } from "../shell/place.ts";
import { s } from "../texts/studio.ts";
import { type HallLine, Halls } from "../ui/halls.tsx";

const halls = signal<HallLine[] | null>(null);
const problem = signal<Problem | null>(null);
const refusal = signal<Problem | null>(null);
let begun = false;

async function ask(): Promise<void> {
  const answer = await getJson<{ halls: HallLine[] }>("/api/v1/halls");
  if (answer.ok) halls.value = answer.value.halls;
  problem.value = answer.ok ? null : answer.problem;
}

export function Owner() {
  if (!begun) rounds(ask, 3000, 15_000);
  begun = true;
  return (
    <main class="sheet stack">
      <h1 class="studio__title">{s("owner.title")}</h1>
      {problem.value && (
        <p class="note" data-tone="wait" role="status">
          <strong>{problem.value.sentence}</strong>
          {problem.value.next}
        </p>
      )}
      {halls.value && <Halls halls={halls.value} now_ms={wall_ms()} place="/studio/" />}
      {halls.value?.length === 0 && <p>{s("owner.none")}</p>}
      <NewHall />
    </main>
  );
}

function NewHall() {
  const [title, setTitle] = useState("");
  const [starts, setStarts] = useState("");
  const [led, setLed] = useState(false);
  const create = async (event: Event) => {
    event.preventDefault();
    const starts_at_ms = fromLocalField(starts);
    const body = {
      title: title.trim(),
      led,
      ...(starts_at_ms === null ? {} : { starts_at: isoOf(starts_at_ms) }),
    };
    const answer = await postJson<HallLine>("/api/v1/halls", body);
    refusal.value = answer.ok ? null : answer.problem;
    if (answer.ok) goTo(`/studio/${answer.value.hall}`);
  };
  return (
    <form class="card stack" onSubmit={create}>
      <h2>{s("new")}</h2>
      <label class="field">
        <span>{s("new.title")}</span>
        <input
          value={title}
          maxLength={120}
          required
          onInput={(event) => setTitle(event.currentTarget.value)}
        />
      </label>
      <label class="field">
        <span>{s("new.starts")}</span>
        <input type="datetime-local" value={starts} onInput={(event) => setStarts(event.currentTarget.value)} />
      </label>
      <label class="tick">
        <input type="checkbox" checked={led} onChange={(event) => setLed(event.currentTarget.checked)} />
        <span>{s("new.led")}</span>
      </label>
      {refusal.value && (
        <p class="note" data-tone="danger" role="alert">
          <strong>{refusal.value.sentence}</strong>
          {refusal.value.next}
        </p>
      )}
      <button type="submit" class="button" data-kind="main" disabled={title.trim() === ""}>
        {s("new.create")}
      </button>
    </form>
  );
}
