/** Asks a speaker whether the stage is heard, too: a line is proven in both directions before it is brought up. */
import { useSignal } from "@preact/signals";
import type { Lines } from "../shell/line/lines.ts";
import { s } from "../texts/studio.ts";

export function Hears({ line }: { line: Lines }) {
  const played = useSignal(false);
  const truth = line.truth.value;
  if (!truth || truth.hears || truth.on_air || !WAITING.includes(truth.state)) return null;
  const play = () => {
    played.value = true;
    line.playTone();
  };
  return (
    <div class="note stack" data-tone="wait">
      <strong>{s("hears.ask")}</strong>
      <p>{s(played.value ? "hears.played" : "hears.before")}</p>
      <div class="row">
        <button type="button" class="button" onClick={play}>
          {s("hears.tone")}
        </button>
        <button type="button" class="button" data-kind="main" onClick={line.confirmHearing}>
          {s("hears.yes")}
        </button>
      </div>
    </div>
  );
}

const WAITING = ["doors", "live", "paused"];
