/** How loud the microphone is here, before any line: the first thing to look at when nobody hears you. */
import { useEffect, useRef } from "preact/hooks";
import { everyFrame } from "../shell/clock.ts";
import type { Lines } from "../shell/lines.ts";

const QUIET_DB = 60;
const FALL = 0.93;

export function Meter({ line }: { line: Lines }) {
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let shown = 0;
    return everyFrame(() => {
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
