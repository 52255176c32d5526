/** What the lock screen and the keys of a headset know of us. */

export interface Keys {
  play(): void;
  pause(): void;
}

export function tellLockScreen(title: string, artist: string): void {
  if (!("mediaSession" in navigator)) return;
  navigator.mediaSession.metadata = new MediaMetadata({ title, artist, album: "Town hall" });
}

export function obeyLockScreen({ play, pause }: Keys): void {
  if (!("mediaSession" in navigator)) return;
  navigator.mediaSession.setActionHandler("play", play);
  navigator.mediaSession.setActionHandler("pause", pause);
  navigator.mediaSession.setActionHandler("stop", pause);
}
