/** Asks a speaker whether the stage is heard, too: a line is proven in both directions before it is brought up. */
import { useSignal } from "@preact/signals";
import type { Lines } from "../shell/lines.ts";

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
      <strong>Do you hear the stage?</strong>
      <p>
        {played.value
          ? "A second of three tones was played. Turn the sound up if you did not hear it."
          : "Before you are brought up, the stage has to hear you, and you have to hear the stage."}
      </p>
      <div class="row">
        <button type="button" class="button" onClick={play}>
          Play a test tone
        </button>
        <button type="button" class="button" data-kind="main" onClick={line.confirmHearing}>
          I hear the stage
        </button>
      </div>
    </div>
  );
}

const WAITING = ["doors", "live", "paused"];
