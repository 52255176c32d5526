import { expect, test } from "vitest";
import { recordingWarning, recordingWord } from "./recording.ts";

const going = { state: "recording", reason: "", bytes: 1, missing: 0 };
const hall = { state: "live", recorded: true, recording: going } as const;

test("a town hall that is not recorded says nothing of it", () => {
  expect(recordingWord({ state: "live" })).toBe("");
  expect(recordingWarning({ state: "live", recorded: false, recording: null })).toBeNull();
});

test("a recording is called so only while it goes on", () => {
  expect(recordingWord(hall)).toBe("recording");
  expect(recordingWord({ ...hall, state: "announced", recording: null })).toBe("will be recorded");
  expect(recordingWord({ ...hall, recording: null })).toBe("NOT recording");
  expect(recordingWord({ ...hall, recording: { ...going, state: "stopped" } })).toBe("NOT recording");
  expect(recordingWord({ ...hall, state: "ended" })).toBe("recording is being finished");
  expect(recordingWord({ ...hall, state: "ended", recording: null })).toBe("");
  expect(recordingWord({ ...hall, state: "ended", recording: { ...going, state: "done" } })).toBe("recorded");
});

test("every stop has a warning with a mend, and none says that the sound stops", () => {
  for (const reason of ["disk_full", "disk_unwritable", "no_sound", "fault", "something_new"]) {
    const warning = recordingWarning({ ...hall, recording: { ...going, state: "stopped", reason } });
    expect(warning?.what).not.toBe("");
    expect(warning?.mend).not.toBe("");
  }
  expect(recordingWarning(hall)).toBeNull();
});
