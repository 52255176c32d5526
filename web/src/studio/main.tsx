/** The studio: `me.json` decides whose page it is. At /studio without a hall it is the owner's list. */
import "../ui/base.css";
import "../ui/controls.css";
import "./studio.css";
import "../host/host.css";
import { signal } from "@preact/signals";
import { render } from "preact";
import type { PublicState } from "../flow.ts";
import { Host } from "../host/host.tsx";
import { Owner } from "../host/owner.tsx";
import { rounds } from "../shell/clock.ts";
import type { Problem } from "../shell/http.ts";
import { getJson } from "../shell/http.ts";
import { hallHere } from "../shell/place.ts";
import { faceOf } from "../words/faces.ts";
import { RECORDED } from "../words/recording.ts";
import { Speaker } from "./speaker.tsx";

interface Me {
  person: string;
  hall: string;
  role: string;
  seat: string | null;
  consented: boolean;
  expires_at_ms: number;
}

const RUNS_THE_HALL = ["owner", "producer", "host", "moderator"];

const me = signal<Me | null>(null);
const problem = signal<Problem | null>(null);
const state = signal<PublicState | null>(null);
const title = signal<string | null>(null);
const hall = hallHere();

function named(as: string): void {
  title.value = as;
  document.title = `Studio · ${as} · hustings`;
}

/** Ask until answered: who somebody is does not change while they look. */
async function askWho(): Promise<void> {
  if (me.value) return;
  const answer = await getJson<Me>(`/studio/${hall}/me.json`);
  if (answer.ok) me.value = answer.value;
  problem.value = answer.ok ? null : answer.problem;
}

async function askState(): Promise<void> {
  const answer = await getJson<PublicState>(`/h/${hall}/state.json`);
  if (!answer.ok) return;
  state.value = answer.value;
  named(answer.value.title);
}

function Refused({ problem: { sentence, next } }: { problem: Problem }) {
  return (
    <main class="sheet stack">
      <h1>{sentence}</h1>
      <p>{next}</p>
      <p>
        <a href="/">See what is on</a>
      </p>
    </main>
  );
}

function Studio({ hall: here }: { hall: string }) {
  const who = me.value;
  if (!who)
    return problem.value ? <Refused problem={problem.value} /> : <main class="studio" aria-busy="true" />;
  const runs = RUNS_THE_HALL.includes(who.role);
  const face = state.value && faceOf(state.value);
  const name = state.value?.seats.find(({ seat }) => seat === who.seat)?.name ?? who.seat ?? "";
  return (
    <main class="studio">
      <header class="stack">
        {face && !runs && (
          <span class="mark" data-tone={face.tone}>
            {face.mark}
          </span>
        )}
        <h1 class="studio__title">{title.value ?? "Studio"}</h1>
        {state.value?.recorded && <p class="soft">{RECORDED}</p>}
      </header>
      <div class="studio__columns">
        {who.seat && (
          <Speaker
            hall={here}
            seat={who.seat}
            name={name}
            ask={state.value?.recorded === true && !who.consented}
          />
        )}
        {runs && <Host hall={here} named={named} />}
        {!who.seat && !runs && (
          <p class="note">Your pass has no seat on this stage. Ask the person who runs this town hall.</p>
        )}
      </div>
    </main>
  );
}

if (hall) {
  rounds(askWho, 2000, 10_000);
  rounds(askState, 2000, 10_000);
}

render(hall ? <Studio hall={hall} /> : <Owner />, document.getElementById("page") as HTMLElement);
