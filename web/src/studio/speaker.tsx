/** The speaker's page: one large switch, one truth, and what to do next. */
import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { Lines } from "../shell/lines.ts";
import { Consent } from "./consent.tsx";
import { Hears } from "./hears.tsx";
import { Meter } from "./meter.tsx";
import { Microphones } from "./microphones.tsx";
import type { Verdict } from "./truth.ts";
import { mendOf, verdict } from "./truth.ts";

const WORDS: Record<Verdict["standing"], string> = { air: "On air", ready: "Ready", off: "Off air" };

function others(): HTMLAudioElement {
  const audio = document.createElement("audio");
  audio.id = "others";
  document.body.append(audio);
  return audio;
}

interface Place {
  hall: string;
  seat: string;
  name: string;
  /** The town hall is recorded, and this person is not known to have agreed. */
  ask: boolean;
}

export function Speaker({ hall, seat, name, ask }: Place) {
  const line = useMemo(() => new Lines(`/whip/${hall}/${seat}`, others()), [hall, seat]);
  const link = line.link.value;
  const seated = link !== "idle" && link !== "refused";
  const agreed = useSignal(false);
  const asking = (ask && !agreed.value) || line.truth.value?.consent === false;
  useWarning(seated);
  return (
    <section class="speaker stack" aria-label="Your seat">
      <TruthPanel line={line} />
      <Trouble line={line} />
      {asking && <Consent hall={hall} agreed={() => (agreed.value = true)} />}
      {seated && <Mute line={line} />}
      {seated && <Hears line={line} />}
      <Meter line={line} />
      <div class="row">
        {seated ? (
          <button type="button" class="button" onClick={line.leave}>
            Leave the seat
          </button>
        ) : (
          <button type="button" class="button" data-kind="main" disabled={asking} onClick={line.sit}>
            Take your seat
          </button>
        )}
        <p class="soft">
          {seated
            ? `You sit as ${name}. Headphones keep echo out of the room.`
            : `Your seat is ${name}'s. Headphones help.`}
        </p>
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
      <span class="truth__word">{WORDS[standing]}</span>
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

function Mute({ line }: { line: Lines }) {
  const muted = line.muted.value;
  return (
    <button type="button" class="mute" role="switch" aria-checked={!muted} onClick={() => line.mute(!muted)}>
      <span class="mute__knob" aria-hidden="true" />
      <span>
        Microphone <strong>{muted ? "muted" : "on"}</strong>
      </span>
    </button>
  );
}

function Quality({ line }: { line: Lines }) {
  const truth = line.truth.value;
  if (!truth) return null;
  const { rtt_ms, lost, repaired, concealed } = truth;
  const loss = lost === 0 ? "nothing lost" : `${lost} lost, ${repaired} repaired, ${concealed} covered up`;
  return (
    <p class="soft figures">
      Your line: {rtt_ms} ms to the stage and back · {loss}
    </p>
  );
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
