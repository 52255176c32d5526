/** How loud the microphone is here, before any line: the first thing to look at when nobody hears you. */
import { useEffect, useRef } from "preact/hooks";
import { everyFrame } from "../shell/clock.ts";
import type { Lines } from "../shell/line/lines.ts";

const QUIET_DB = 60;
const FALL = 0.8;
/** Often enough for an eye, and kind to the battery of a phone. */
const EVERY_MS = 60;

export function Meter({ line }: { line: Lines }) {
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let [shown, drawn_ms] = [0, 0];
    return everyFrame((now) => {
      if (now - drawn_ms < EVERY_MS) return;
      drawn_ms = now;
      const level = Math.min(1, Math.max(0, 1 - line.microphone.level_db() / QUIET_DB));
      shown = Math.max(level, shown * FALL);
      bar.current?.style.setProperty("--level", shown.toFixed(3));
    });
  }, [line]);
  return (
    <div class="meter" ref={bar} aria-hidden="true">
      <div class="meter__fill" />
    </div>
  );
}
