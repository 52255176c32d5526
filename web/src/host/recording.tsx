/** Whether the town hall is recorded, settled before doors; and a warning while it should be and is not. */
import { recordingWarning } from "../words/recording.ts";
import type { Desk } from "./desk.ts";

const OPEN = ["draft", "announced"];

export function Recording({ desk }: { desk: Desk }) {
  const view = desk.view.value;
  const warning = view && recordingWarning(view);
  if (warning)
    return (
      <p class="note" data-tone="danger" role="alert">
        <strong>{warning.what}</strong>
        {warning.mend}
      </p>
    );
  if (!view || !OPEN.includes(view.state)) return null;
  return (
    <label class="tick">
      <input
        type="checkbox"
        checked={view.recorded === true}
        disabled={desk.away.value}
        onChange={(event) => desk.record(event.currentTarget.checked)}
      />
      <span>Record it. Speakers are asked before the room hears them.</span>
    </label>
  );
}
