/** Whether the town hall is recorded, settled before doors; and a warning while it should be and is not. */
import { s } from "../../texts/studio.ts";
import { recordingWarning } from "../../words/recording.ts";
import type { Desk } from "../desk.ts";
import { post } from "../desk.ts";
import type { HallView } from "../view.ts";

const OPEN = ["draft", "announced"];

export function Recording({ desk, view }: { desk: Desk; view: HallView }) {
  const warning = recordingWarning(view);
  if (warning)
    return (
      <p class="note" data-tone="danger" role="alert">
        <strong>{warning.what}</strong>
        {warning.mend}
      </p>
    );
  if (!OPEN.includes(view.state)) return null;
  return (
    <label class="tick">
      <input
        type="checkbox"
        checked={view.recorded}
        disabled={desk.away.value}
        onChange={(event) => desk.ask(post("/recording", { on: event.currentTarget.checked }))}
      />
      <span>{s("record")}</span>
    </label>
  );
}
