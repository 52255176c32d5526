/** A recording in words: for those who are in it, and for those who have to look after it. */
import type { HallState } from "../flow.ts";

export const RECORDED = "This town hall is recorded.";

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

/** Some time after the end the recorder has nothing more to say of a town hall. */
const ENDED: Record<string, string> = { done: "recorded", recording: "recording is being finished" };
const ON: HallState[] = ["live", "paused"];

/** "recording", "NOT recording", "recorded"; empty where nothing is to be said. */
export function recordingWord(hall: Moment): string {
  if (!hall.recorded) return "";
  if (recordingWarning(hall)) return hall.state === "ended" ? "recording not finished" : "NOT recording";
  if (hall.state === "ended") return ENDED[hall.recording?.state ?? ""] ?? "";
  return ON.includes(hall.state) ? "recording" : "will be recorded";
}

/** What is wrong with the recording, and what mends it. The sound is never touched by it. */
export function recordingWarning({ state, recorded, recording }: Moment): Warning | null {
  if (!recorded) return null;
  if (recording?.state === "stopped") return STOPPED[recording.reason] ?? STOPPED.other;
  return !recording && ON.includes(state) ? STOPPED.silent : null;
}

const STOPPED: Record<string, Warning> & Record<"silent" | "other", Warning> = {
  disk_full: {
    what: "Not recording: the disk is nearly full. Sound goes on.",
    mend: "Make room on the server; recording goes on by itself.",
  },
  disk_unwritable: {
    what: "Not recording: the disk takes nothing. Sound goes on.",
    mend: "Look at the disk of the server; recording goes on by itself.",
  },
  no_sound: {
    what: "Not recording: no sound reaches the recorder.",
    mend: "It goes on by itself as soon as some does. Look at the stage.",
  },
  fault: {
    what: "The recording could not be made into files.",
    mend: "What was recorded is kept on the server. Tell the person who runs it.",
  },
  silent: {
    what: "The recorder is not answering. Sound goes on.",
    mend: "It is started again by itself and takes up the last half minute.",
  },
  other: { what: "Not recording. Sound goes on.", mend: "Tell the person who runs this server." },
};
