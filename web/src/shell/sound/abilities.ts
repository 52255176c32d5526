/** What this browser says it can play. */
import type { Abilities } from "../../listener/routes/table.ts";

export const OPUS = 'audio/mp4; codecs="opus"';
const AAC = 'audio/mp4; codecs="mp4a.40.2"';
const HLS = "application/vnd.apple.mpegurl";

type SourceMaker = typeof MediaSource;

/** The plain MediaSource, then the managed one, as far as there are any. */
function makers(): [SourceMaker | undefined, SourceMaker | undefined] {
  const { ManagedMediaSource } = window as unknown as { ManagedMediaSource?: SourceMaker };
  return [window.MediaSource, ManagedMediaSource];
}

/** The kind of MediaSource for our stream: the managed one only where there is no other. */
export function soundBufferKind(): SourceMaker | null {
  return makers().find((maker) => maker?.isTypeSupported(OPUS)) ?? null;
}

export function abilities(audio: HTMLAudioElement): Abilities {
  const [plain, managed] = makers();
  return {
    mse_opus: plain?.isTypeSupported(OPUS) ?? false,
    managed_opus: managed?.isTypeSupported(OPUS) ?? false,
    source_aac: [plain, managed].some((maker) => maker?.isTypeSupported(AAC)),
    managed: managed !== undefined,
    mse: plain !== undefined,
    hls_claimed: audio.canPlayType(HLS) !== "",
  };
}
