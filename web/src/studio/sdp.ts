/** The two things we ask for in an offer that browsers do not ask for by themselves. Text in, text out. */

/** Lost packets of our Opus may be asked for again. */
export function withNack(sdp: string): string {
  const opus = /^a=rtpmap:(\d+) opus\/48000/im.exec(sdp)?.[1];
  if (!opus || sdp.includes(`a=rtcp-fb:${opus} nack`)) return sdp;
  return sdp.replace(
    new RegExp(`^(a=rtpmap:${opus} opus/48000[^\\r\\n]*)(\\r?\\n)`, "im"),
    `$1$2a=rtcp-fb:${opus} nack$2`,
  );
}

interface Codec {
  mimeType: string;
}

/** Redundant coding first, then plain Opus, then whatever else there is. */
export function redFirst<T extends Codec>(codecs: T[]): T[] {
  const rank = ({ mimeType }: Codec) => ["audio/red", "audio/opus"].indexOf(mimeType.toLowerCase()) + 1 || 9;
  return [...codecs].sort((a, b) => rank(a) - rank(b));
}
