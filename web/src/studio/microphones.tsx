/** Which microphone, and how much the browser may polish it. */
import type { Lines } from "../shell/line/lines.ts";
import { s } from "../texts/studio.ts";

export function Microphones({ line }: { line: Lines }) {
  const { choices, chosen, processing } = line.microphone;
  const choose = (event: { currentTarget: HTMLSelectElement }) => {
    chosen.value = event.currentTarget.value;
    void line.useMicrophone();
  };
  const polish = (event: { currentTarget: HTMLInputElement }) => {
    processing.value = event.currentTarget.checked;
    void line.useMicrophone();
  };
  return (
    <div class="stack">
      <label class="field">
        <span>{s("mic")}</span>
        <select value={chosen.value} onChange={choose}>
          <option value="">{s("mic.usual")}</option>
          {choices.value.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label class="tick">
        <input type="checkbox" checked={processing.value} onChange={polish} />
        <span>{s("mic.polish")}</span>
      </label>
    </div>
  );
}
