/** An audio element of the page, by its name; made once. */
export function loudspeaker(id: string): HTMLAudioElement {
  const there = document.getElementById(id);
  if (there instanceof HTMLAudioElement) return there;
  const audio = document.createElement("audio");
  audio.id = id;
  document.body.append(audio);
  return audio;
}
