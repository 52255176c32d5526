/** Who speaks, in a ring that breathes with the sound that is being heard. */
import { useEffect, useRef } from "preact/hooks";
import { everyFrame } from "../shell/clock.ts";
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
  const quiet = live ? "Nobody is speaking" : onStage(evening);
  return (
    <div class="voice" ref={ring} data-live={live}>
      <p class="voice__name" data-quiet={who === "" || !live}>
        {live && who !== "" ? (
          <>
            <span class="unseen">Speaking: </span>
            {who}
          </>
        ) : (
          quiet
        )}
      </p>
    </div>
  );
}

function onStage(evening: Evening): string {
  const seats = evening.state.value?.seats ?? [];
  if (seats.length === 0) return "The stage is empty";
  const names = seats.slice(0, 3).map(({ name }) => name);
  const more = seats.length - names.length;
  return `On stage: ${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
