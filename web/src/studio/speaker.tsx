/** The speaker's page: one large switch, one truth, and what to do next. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Lines } from "../shell/line/lines.ts";
import { s } from "../texts/studio.ts";
import { Consent } from "./consent.tsx";
import { Hears } from "./hears.tsx";
import { Meter } from "./meter.tsx";
import { Microphones } from "./microphones.tsx";
import { Standing } from "./standing.tsx";
import type { Verdict } from "./truth.ts";
import { isFar, mendOf, verdict } from "./truth.ts";

const WORDS = {
  air: "truth.air",
  ready: "truth.ready",
  off: "truth.off",
} as const satisfies Record<Verdict["standing"], string>;

interface Place {
  hall: string;
  line: Lines;
  name: string;
  /** The town hall is recorded, and this person is not known to have agreed. */
  ask: boolean;
  /** Whether the desk's word on this seat is shown here, and not beside. */
  alone: boolean;
}

export function Speaker({ hall, line, name, ask, alone }: Place) {
  const seated = line.isSeated;
  const agreed = useSignal(false);
  const asking = (ask && !agreed.value) || line.truth.value?.consent === false;
  useWarning(seated);
  return (
    <section class="speaker stack" aria-label={s("you.seat")}>
      <TruthPanel line={line} />
      <Trouble line={line} />
      <Far line={line} />
      <Round line={line} />
      {asking && <Consent hall={hall} agreed={() => (agreed.value = true)} />}
      {seated && <Mute line={line} />}
      {seated && <Hears line={line} />}
      {alone && <Standing hall={hall} />}
      <Meter line={line} />
      <div class="row">
        {seated ? (
          <button type="button" class="button" onClick={line.leave}>
            {s("seat.leave")}
          </button>
        ) : (
          <button type="button" class="button" data-kind="main" disabled={asking} onClick={line.sit}>
            {s("seat.take")}
          </button>
        )}
        <p class="soft">{s(seated ? "seat.sits" : "seat.yours", { name })}</p>
      </div>
      <Microphones line={line} />
      <Quality line={line} />
    </section>
  );
}

function TruthPanel({ line }: { line: Lines }) {
  const situation = {
    link: line.link.value,
    trouble: line.trouble.value,
    truth: line.truth.value,
    muted: line.muted.value,
    silence_ms: line.silence_ms.value,
  };
  const { standing, headline, reason } = verdict(situation);
  return (
    <div class="truth" data-standing={standing} role="status">
      <span class="truth__word">{s(WORDS[standing])}</span>
      <p class="truth__headline">{headline}</p>
      <p class="truth__reason">{reason}</p>
    </div>
  );
}

function Trouble({ line }: { line: Lines }) {
  const trouble = line.trouble.value;
  if (!trouble) return null;
  const { what, mend } = mendOf(trouble);
  return (
    <div class="note" data-tone={line.link.value === "refused" ? "danger" : "wait"} role="alert">
      <strong>{what}</strong>
      {mend}
    </div>
  );
}

/** Heard, but not by the way that is best. */
function Round({ line }: { line: Lines }) {
  const way = line.way.value;
  if (way === null || way === "udp") return null;
  return (
    <div class="note" role="status">
      <strong>{s(`way.${way}`)}</strong>
      {s(`way.${way}.mend`)}
    </div>
  );
}

function Far({ line }: { line: Lines }) {
  const truth = line.truth.value;
  if (!truth || !isFar(truth)) return null;
  return (
    <div class="note" data-tone="wait" role="status">
      <strong>{s("truth.far", { rtt: truth.rtt_ms })}</strong>
      {s("truth.far.mend", { window: truth.window_ms })}
    </div>
  );
}

function Mute({ line }: { line: Lines }) {
  const muted = line.muted.value;
  return (
    <button type="button" class="mute" role="switch" aria-checked={!muted} onClick={() => line.mute(!muted)}>
      <span class="mute__knob" aria-hidden="true" />
      <span>
        {s("mic")} <strong>{s(muted ? "mic.muted" : "mic.on")}</strong>
      </span>
    </button>
  );
}

function Quality({ line }: { line: Lines }) {
  const truth = line.truth.value;
  if (!truth) return null;
  const { rtt_ms, lost, repaired, concealed } = truth;
  const loss = lost === 0 ? s("truth.quality.none") : s("truth.quality.lost", { lost, repaired, concealed });
  return <p class="soft figures">{s("truth.quality", { rtt: rtt_ms, loss })}</p>;
}

/** Nobody closes the page by mistake in the middle of a sentence. */
function useWarning(seated: boolean): void {
  useEffect(() => {
    if (!seated) return;
    const warn = (event: Event) => event.preventDefault();
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [seated]);
}
