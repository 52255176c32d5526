/** Who speaks, in a ring that breathes with the sound that is being heard. */
import { useEffect, useRef } from "preact/hooks";
import { everyFrame } from "../shell/clock.ts";
import { t } from "../texts/public.ts";
import { speakers } from "../words/titles.ts";
import type { Evening } from "./evening.ts";
import { opening } from "./timeline.ts";

/** The ring opens at once and closes softly. */
const CLOSING = 0.88;

function useBreath(evening: Evening, live: boolean) {
  const ring = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!live) return;
    let level = 0;
    return everyFrame(() => {
      const { at, timeline, phase } = evening.programme;
      const heard = at !== null && phase.peek() === "playing" ? timeline.at(at) : null;
      level = Math.max(heard ? opening(heard.level_db) : 0, level * CLOSING);
      ring.current?.style.setProperty("--level", level.toFixed(3));
    });
  }, [evening, live]);
  return ring;
}

export function Voice({ evening }: { evening: Evening }) {
  const live = evening.programme.phase.value === "playing" && evening.heard.value?.state === "live";
  const ring = useBreath(evening, live);
  const who = speakers(evening.heard.value?.voices ?? [], evening.names.value);
  return (
    <div class="voice" ref={ring} data-live={live}>
      {live && who !== "" ? (
        <p class="voice__name">
          <span class="unseen">{t("speaking")}</span>
          {who}
        </p>
      ) : (
        <Quiet evening={evening} live={live} />
      )}
    </div>
  );
}

const NAMES_MAX = 3;

/** Who is here while nobody speaks, or nobody listens. */
function Quiet({ evening, live }: { evening: Evening; live: boolean }) {
  const seats = evening.state.value?.seats ?? [];
  if (live) return <p class="voice__quiet">{t("stage.quiet")}</p>;
  if (seats.length === 0) return <p class="voice__quiet">{t("stage.empty")}</p>;
  return (
    <div class="voice__quiet">
      <p>{t("stage")}</p>
      <ul class="voice__seats">
        {seats.slice(0, NAMES_MAX).map(({ seat, name }) => (
          <li key={seat}>{name}</li>
        ))}
        {seats.length > NAMES_MAX && <li>{t("seat.and", { n: seats.length - NAMES_MAX })}</li>}
      </ul>
    </div>
  );
}
