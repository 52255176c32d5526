/** A short friendly tone to test a loudspeaker with. Resolves when it has faded. */
import { pause } from "./clock.ts";

const NOTES_HZ = [392, 523.25, 659.25];
const NOTE_S = 0.35;

export async function playTone(): Promise<void> {
  const context = new AudioContext();
  await context.resume();
  NOTES_HZ.forEach((hz, i) => {
    const from = context.currentTime + 0.05 + i * NOTE_S;
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setValueAtTime(0, from);
    volume.gain.linearRampToValueAtTime(0.2, from + 0.04);
    volume.gain.exponentialRampToValueAtTime(0.001, from + NOTE_S + 0.4);
    const note = new OscillatorNode(context, { frequency: hz, type: "triangle" });
    note.connect(volume).connect(context.destination);
    note.start(from);
    note.stop(from + NOTE_S + 0.5);
  });
  await pause(NOTES_HZ.length * NOTE_S * 1000 + 600);
  await context.close();
}
