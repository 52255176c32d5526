/** One round button, a volume, and a sound to test with. */
import { signal } from "@preact/signals";
import { playTone } from "../shell/tone.ts";
import { t } from "../texts/public.ts";
import { buttonOf } from "../words/faces.ts";
import type { Evening } from "./evening.ts";

const PLAY = "M9 6.2v19.6c0 1 1.1 1.6 2 1.1l16-9.8a1.3 1.3 0 0 0 0-2.2l-16-9.8c-.9-.5-2 .1-2 1.1z";
const PAUSE = "M8 6h6v20H8zM18 6h6v20h-6z";

export function ListenButton({ evening }: { evening: Evening }) {
  const wanted = evening.wanted.value;
  const label = buttonOf(evening.moment.value?.state ?? "live", wanted);
  const press = wanted ? evening.rest : evening.listen;
  return (
    <div class="listen">
      <button
        type="button"
        class="listen__button"
        aria-labelledby="listen-label"
        aria-pressed={wanted}
        onClick={press}
      >
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <path d={wanted ? PAUSE : PLAY} />
        </svg>
      </button>
      <span class="listen__label" id="listen-label">
        {label}
      </span>
    </div>
  );
}

/** On phones whose volume only their own keys can turn, a slider would be a lie. */
function canTurn(audio: HTMLAudioElement): boolean {
  const before = audio.volume;
  audio.volume = 0.5;
  const turned = audio.volume === 0.5;
  audio.volume = before;
  return turned;
}

export function Volume({ audio }: { audio: HTMLAudioElement }) {
  if (!canTurn(audio)) return null;
  const turn = (event: { currentTarget: HTMLInputElement }) => {
    audio.volume = (Number(event.currentTarget.value) / 100) ** 2;
  };
  const now = Math.round(Math.sqrt(audio.volume) * 100);
  return (
    <label class="volume">
      <span>{t("volume")}</span>
      <input type="range" min="0" max="100" step="5" value={now} onInput={turn} />
    </label>
  );
}

const sounding = signal(false);

export function TestSound() {
  const test = async () => {
    sounding.value = true;
    await playTone();
    sounding.value = false;
  };
  return (
    <button type="button" class="button" onClick={test} disabled={sounding.value}>
      {t(sounding.value ? "test.sounding" : "test.sound")}
    </button>
  );
}
