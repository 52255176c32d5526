/** What is heard where nobody speaks: ours, none, or a file of whoever runs the hall. */
import { useState } from "preact/hooks";
import { prepared } from "../../shell/sound/prepared.ts";
import { s } from "../../texts/studio.ts";
import type { Desk } from "../desk.ts";
import { put } from "../desk.ts";
import type { HallView, SoundKind } from "../view.ts";
import { SOUND_KINDS } from "../view.ts";

interface Props {
  desk: Desk;
  view: HallView;
}

export function Sounds({ desk, view }: Props) {
  return (
    <fieldset class="sounds stack">
      <legend>{s("sounds")}</legend>
      {SOUND_KINDS.map((kind) => (
        <Sound key={kind} desk={desk} view={view} kind={kind} />
      ))}
    </fieldset>
  );
}

function Sound({ desk, view, kind }: Props & { kind: SoundKind }) {
  const [trouble, setTrouble] = useState("");
  const [busy, setBusy] = useState(false);
  const { sounds } = view.plan;
  const chosen = sounds[kind];
  const isOwn = chosen !== "" && chosen !== "built-in";
  const set = (sound: string) => {
    // As it stands now: another may have been chosen while this one was made ready.
    const now = desk.view.peek()?.plan.sounds ?? sounds;
    return desk.do(put("/sounds", { ...now, [kind]: sound }), s("sounds.said"), put("/sounds", now));
  };
  const take = async (input: HTMLInputElement) => {
    const [file] = input.files ?? [];
    if (!file) return;
    setBusy(true);
    const ready = await prepared(file);
    setTrouble(ready.ok ? "" : s(`sounds.${ready.why}`));
    const sound = ready.ok ? await desk.keepSound(ready.bytes) : null;
    if (sound) await set(sound);
    setBusy(false);
    // The same file can be chosen again.
    input.value = "";
  };
  return (
    <div class="sounds__one">
      <label class="field">
        <span>{s(`sounds.${kind}`)}</span>
        <select
          value={chosen}
          disabled={desk.away.value || busy}
          onChange={(event) => set(event.currentTarget.value)}
        >
          <option value="built-in">{s("sounds.ours")}</option>
          <option value="">{s("sounds.none")}</option>
          {isOwn && <option value={chosen}>{s("sounds.own")}</option>}
        </select>
      </label>
      <label class="field">
        <span>
          {s("sounds.file")}
          <span class="unseen"> {s(`sounds.${kind}`)}</span>
        </span>
        <input
          type="file"
          accept="audio/*"
          disabled={desk.away.value || busy}
          onChange={(event) => take(event.currentTarget)}
        />
      </label>
      {isOwn && (
        // biome-ignore lint/a11y/useMediaCaption: a sound of a few seconds that whoever hears it chose.
        <audio controls preload="none" src={`/api/v1/sounds/${chosen}`} aria-label={s(`sounds.${kind}`)} />
      )}
      <p role="status" class="soft">
        {busy ? s("sounds.busy") : trouble}
      </p>
    </div>
  );
}
