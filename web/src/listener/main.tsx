/** The listener's page at /h/{hall}. */
import "../ui/base.css";
import "../ui/controls.css";
import "./listen.css";
import { effect } from "@preact/signals";
import { render } from "preact";
import { hallHere } from "../shell/place.ts";
import { obeyLockScreen, tellLockScreen } from "../shell/session.ts";
import { loadWords, t } from "../texts/public.ts";
import { loadRefusals } from "../texts/refusals.ts";
import { Tongue } from "../ui/tongue.tsx";
import { behind, faceOf } from "../words/faces.ts";
import { speakers, tabTitle } from "../words/titles.ts";
import { Captions } from "./captions.tsx";
import { Clocks } from "./clocks.tsx";
import { ListenButton, TestSound, Volume } from "./controls.tsx";
import { Evening } from "./evening.ts";
import { Hand } from "./hand.ts";
import { Raise } from "./raise.tsx";
import { Voice } from "./voice.tsx";

const audio = document.createElement("audio");
audio.id = "programme";
audio.preload = "none";
document.body.append(audio);

await Promise.all([loadWords(), loadRefusals()]);

const hall = hallHere() ?? "";
const evening = new Evening(hall, audio);
const hand = new Hand(hall);

obeyLockScreen({ play: evening.listen, pause: evening.rest });
effect(() => {
  const title = evening.state.value?.title ?? t("townhall");
  document.title = tabTitle(title, evening.moment.value?.state ?? null);
  const who = speakers(evening.heard.value?.voices ?? [], evening.names.value);
  if (evening.wanted.value) tellLockScreen(title, who);
});

/** What ears alone need to know: the state, and only such trouble as can be heard. */
function Announcer() {
  const moment = evening.moment.value;
  const face = moment && faceOf({ ...moment, now_ms: moment.since_ms });
  const lost = evening.programme.phase.value === "stalled" ? t("listen.lost") : "";
  const out = evening.takenOut.value ? t("listen.taken.out") : "";
  const line = evening.programme.line.value ? t("line.place") : "";
  return (
    <p class="unseen" role="status">
      {face ? `${face.mark}. ` : ""}
      {lost}
      {out}
      {line}
    </p>
  );
}

/** There was no room for one more: where they stand, and what they hear meanwhile. */
function InLine({ wait_ms, hears }: { wait_ms: number | null; hears: boolean }) {
  const minutes = wait_ms === null ? null : Math.round(wait_ms / 60_000);
  const when =
    minutes === null ? t("line.unknown") : minutes < 1 ? t("line.soon") : t("line.minutes", { n: minutes });
  return (
    <p class="note" data-tone="wait">
      {t("line.place")} {when} {t(hears ? "line.meanwhile" : "line.silent")}
    </p>
  );
}

function Status() {
  const phase = evening.programme.phase.value;
  const line = evening.programme.line.value;
  const seconds = evening.seconds.value;
  if (line) return <InLine wait_ms={line.wait_ms} hears={phase === "playing"} />;
  if (phase === "stalled")
    return (
      <p class="note" data-tone="wait">
        {t("listen.reconnecting")}
      </p>
    );
  if (evening.takenOut.value)
    return (
      <p class="note" data-tone="wait">
        {t("listen.taken.out")}
      </p>
    );
  if (phase === "starting") return <p class="delay">{t("listen.tuning")}</p>;
  const later = evening.programme.later.value ? t("listen.later") : "";
  const told = phase === "playing" && seconds !== null ? behind(seconds) : "";
  return (
    <p class="delay figures">
      {told} {told && later && <span class="soft">{later}</span>}
    </p>
  );
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
        {state.recorded && !over && <p class="soft">{t("recorded")}</p>}
      </header>
      <div class="hall__middle">
        {face.clock && <p class="hall__clock figures">{face.clock}</p>}
        {!face.clock && !over && !early && <Voice evening={evening} />}
        {face.sentence && <p class="hall__sentence">{face.sentence}</p>}
        {!over && <ListenButton evening={evening} />}
        {!over && !early && <Status />}
        {!over && !early && <NowNext />}
        {!over && !early && <Raise hand={hand} waiting={state.evening?.hands ?? 0} />}
        {!over && !early && <Captions evening={evening} />}
        {early && <TestSound />}
        {early && state.starts_at_ms !== null && (
          <a href={`/api/v1/halls/${state.hall}/calendar.ics`}>{t("calendar")}</a>
        )}
        {evening.programme.possible.value === false && <p class="note">{t("listen.impossible")}</p>}
        {over && state.evening?.captioned && (
          <a href={`/api/v1/halls/${state.hall}/captions.vtt`}>{t("ended.captions")}</a>
        )}
        {over && <a href="/">{t("ended.more")}</a>}
      </div>
      <footer class="hall__foot">
        {!early && state.evening && <Clocks evening={state.evening} />}
        <div class="row row--apart">
          {!over && !early && <Volume audio={audio} />}
          {!over && !early && <p class="figures">{t("listening", { n: state.listeners })}</p>}
          <Tongue />
        </div>
      </footer>
    </main>
  );
}

/** What is on, and what follows. */
function NowNext() {
  const { on = null, next = null } = evening.state.value?.evening ?? {};
  if (on === null) return null;
  return (
    <p class="delay">
      {t("now.on", { title: on })}
      {next && <span class="soft"> · {t("next.up", { title: next.title })}</span>}
    </p>
  );
}

/** Before anything is known, or when there is nothing to know. */
function Nothing() {
  const problem = evening.problem.value;
  if (!problem) return <main class="hall" aria-busy="true" />;
  const lost = problem.status === 404;
  return (
    <main class="sheet stack">
      <span class="mark">{t(lost ? "lost.mark" : "pending.mark")}</span>
      <h1>{t(lost ? "lost.title" : "pending.title")}</h1>
      <p>{lost ? problem.next : t("pending.next")}</p>
      <p>
        <a href="/">{t("see.on")}</a>
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
