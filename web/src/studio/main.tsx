/** The studio: `me.json` decides whose page it is. At /studio without a hall it is the owner's list. */
import "../ui/base.css";
import "../ui/controls.css";
import "./studio.css";
import "../host/host.css";
import { signal } from "@preact/signals";
import { render } from "preact";
import { useMemo } from "preact/hooks";
import { Captioner } from "../captions/captioner.tsx";
import type { PublicState } from "../flow.ts";
import { Host } from "../host/host.tsx";
import { Owner } from "../host/owner.tsx";
import { rounds } from "../shell/clock.ts";
import type { Problem } from "../shell/http.ts";
import { getJson } from "../shell/http.ts";
import { Lines } from "../shell/line/lines.ts";
import { loudspeaker } from "../shell/loudspeaker.ts";
import { hallHere } from "../shell/place.ts";
import { loadWords, t } from "../texts/public.ts";
import { loadRefusals } from "../texts/refusals.ts";
import { loadStudioWords, s } from "../texts/studio.ts";
import { faceOf } from "../words/faces.ts";
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
const BACKSTAGE = ["screener", "steward"];

const me = signal<Me | null>(null);
const problem = signal<Problem | null>(null);
const state = signal<PublicState | null>(null);
const title = signal<string | null>(null);
const hall = hallHere();

function named(as: string): void {
  title.value = as;
  document.title = `${s("studio")} · ${as} · hustings`;
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
        <a href="/">{t("see.on")}</a>
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
  return (
    <main class="studio">
      <header class="stack">
        {face && !runs && (
          <span class="mark" data-tone={face.tone}>
            {face.mark}
          </span>
        )}
        <h1 class="studio__title">{title.value ?? s("studio")}</h1>
        {state.value?.recorded && <p class="soft">{t("recorded")}</p>}
      </header>
      <Page hall={here} who={who} runs={runs} />
    </main>
  );
}

/** One page per role, each with what that person needs next. */
function Page({ hall: here, who, runs }: { hall: string; who: Me; runs: boolean }) {
  const { seat, person, role } = who;
  const lines = useMemo(
    () => (seat === null ? null : new Lines(`/whip/${here}/${seat}`, loudspeaker("others"))),
    [here, seat],
  );
  const name = state.value?.seats.find((each) => each.seat === seat)?.name ?? seat ?? "";
  const ask = state.value?.recorded === true && !who.consented;
  return (
    <div class="studio__page" data-role={role}>
      {lines && <Speaker hall={here} line={lines} name={name} ask={ask} alone={!runs} />}
      {runs && <Host hall={here} me={person} lines={lines} named={named} />}
      {role === "captioner" && <Captioner hall={here} />}
      {BACKSTAGE.includes(role) && <p class="note">{s("watch.only")}</p>}
      {!seat && !runs && !["captioner", ...BACKSTAGE].includes(role) && <p class="note">{s("none.seat")}</p>}
    </div>
  );
}

await Promise.all([loadWords(), loadStudioWords(), loadRefusals()]);

if (hall) {
  rounds(askWho, 2000, 10_000);
  rounds(askState, 1000, 10_000);
}

render(hall ? <Studio hall={hall} /> : <Owner />, document.getElementById("page") as HTMLElement);
