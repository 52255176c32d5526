/** A recording in words: for those who are in it, and for those who have to look after it. */
import type { HallState } from "../flow.ts";
import { s } from "../texts/studio.ts";

/** What the recorder says of itself, backstage; spec/node.md, `recording`. */
export interface RecordingState {
  state: string;
  reason: string;
  bytes: number;
  missing: number;
}

interface Moment {
  state: HallState;
  recorded?: boolean;
  recording?: RecordingState | null;
}

export interface Warning {
  what: string;
  mend: string;
}

const ON: HallState[] = ["live", "paused"];

/** "recording", "NOT recording", "recorded"; empty where nothing is to be said. */
export function recordingWord(hall: Moment): string {
  if (!hall.recorded) return "";
  if (recordingWarning(hall)) return s(hall.state === "ended" ? "rec.unfinished" : "rec.not");
  if (hall.state === "ended") return endedWord(hall.recording?.state ?? "");
  return s(ON.includes(hall.state) ? "rec.on" : "rec.will");
}

/** Some time after the end the recorder has nothing more to say of a town hall. */
function endedWord(state: string): string {
  if (state === "done") return s("rec.done");
  return state === "recording" ? s("rec.finishing") : "";
}

/** What is wrong with the recording, and what mends it. The sound is never touched by it. */
export function recordingWarning({ state, recorded, recording }: Moment): Warning | null {
  if (!recorded) return null;
  if (recording?.state === "stopped") return (STOPPED[recording.reason] ?? other)();
  return !recording && ON.includes(state) ? silent() : null;
}

const STOPPED: Record<string, () => Warning> = {
  disk_full: () => ({ what: s("rec.disk_full"), mend: s("rec.disk_full.mend") }),
  disk_unwritable: () => ({ what: s("rec.disk_unwritable"), mend: s("rec.disk_unwritable.mend") }),
  no_sound: () => ({ what: s("rec.no_sound"), mend: s("rec.no_sound.mend") }),
  fault: () => ({ what: s("rec.fault"), mend: s("rec.fault.mend") }),
};
const silent = (): Warning => ({ what: s("rec.silent"), mend: s("rec.silent.mend") });
const other = (): Warning => ({ what: s("rec.other"), mend: s("rec.other.mend") });
