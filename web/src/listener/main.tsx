/** The listener's page at /h/{hall}. */
import "../ui/base.css";
import "../ui/controls.css";
import "./listen.css";
import { effect } from "@preact/signals";
import { render } from "preact";
import { hallHere } from "../shell/place.ts";
import { obeyLockScreen, tellLockScreen } from "../shell/session.ts";
import { behind, faceOf } from "../words/faces.ts";
import { RECORDED } from "../words/recording.ts";
import { count } from "../words/time.ts";
import { speakers, tabTitle } from "../words/titles.ts";
import { ListenButton, TestSound, Volume } from "./controls.tsx";
import { Evening } from "./evening.ts";
import { Voice } from "./voice.tsx";

const audio = document.createElement("audio");
audio.id = "programme";
audio.preload = "none";
document.body.append(audio);

const hall = hallHere() ?? "";
const evening = new Evening(hall, audio);

obeyLockScreen({ play: evening.listen, pause: evening.rest });
effect(() => {
  const title = evening.state.value?.title ?? "Town hall";
  document.title = tabTitle(title, evening.moment.value?.state ?? null);
  const who = speakers(evening.heard.value?.voices ?? [], evening.names.value);
  if (evening.wanted.value) tellLockScreen(title, who);
});

/** What ears alone need to know: the state, and only such trouble as can be heard. */
function Announcer() {
  const moment = evening.moment.value;
  const face = moment && faceOf({ ...moment, now_ms: moment.since_ms });
  const lost =
    evening.programme.phase.value === "stalled" ? "The connection broke. Sound comes back by itself." : "";
  return (
    <p class="unseen" role="status">
      {face ? `${face.mark}. ` : ""}
      {lost}
    </p>
  );
}

function Status() {
  const phase = evening.programme.phase.value;
  const seconds = evening.seconds.value;
  if (phase === "stalled")
    return (
      <p class="note" data-tone="wait">
        Reconnecting. Sound comes back by itself.
      </p>
    );
  if (phase === "starting") return <p class="delay">Tuning in …</p>;
  return <p class="delay figures">{phase === "playing" && seconds !== null ? behind(seconds) : ""}</p>;
}

function Listening() {
  const state = evening.state.value;
  const moment = evening.moment.value;
  if (!state || !moment) return <Nothing />;
  const face = faceOf(moment);
  const over = moment.state === "ended";
  const early = moment.state === "announced" || moment.state === "draft";
  return (
    <main class="hall">
      <header class="hall__head">
        <span class="mark" data-tone={face.tone}>
          {face.mark}
        </span>
        <h1 class="hall__title">{state.title}</h1>
      </header>
      <div class="hall__middle">
        {face.clock && <p class="hall__clock figures">{face.clock}</p>}
        {!face.clock && !over && !early && <Voice evening={evening} />}
        {face.sentence && <p class="hall__sentence">{face.sentence}</p>}
        {state.recorded && !over && <p class="delay">{RECORDED}</p>}
        {!over && <ListenButton evening={evening} />}
        {!over && !early && <Status />}
        {early && <TestSound />}
        {evening.programme.possible.value === false && (
          <p class="note">This browser cannot play the live stream. Please use a newer one.</p>
        )}
        {over && <a href="/">See what else is on</a>}
      </div>
      {!over && !early && (
        <footer class="hall__foot">
          <Volume audio={audio} />
          <p class="figures">{`${count(state.listeners, "person", "people")} listening`}</p>
        </footer>
      )}
    </main>
  );
}

/** Before anything is known, or when there is nothing to know. */
function Nothing() {
  const problem = evening.problem.value;
  if (!problem) return <main class="hall" aria-busy="true" />;
  const lost = problem.status === 404;
  return (
    <main class="sheet stack">
      <span class="mark">{lost ? "Nothing here" : "No answer yet"}</span>
      <h1>{lost ? "There is no town hall at this address." : "The town hall does not answer just now."}</h1>
      <p>{lost ? problem.next : "This page goes on asking, and shows the town hall as soon as it answers."}</p>
      <p>
        <a href="/">See what is on</a>
      </p>
    </main>
  );
}

render(
  <>
    <Announcer />
    <Listening />
  </>,
  document.getElementById("page") as HTMLElement,
);
