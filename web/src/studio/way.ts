/** Which way a line goes through the networks between a page and its stage, and what that says of them. Pure. */

/** `relay`: by way of a TURN server, over whatever reaches that. */
export type Way = "udp" | "tcp" | "relay";

interface Report {
  type: string;
  id: string;
  [field: string]: unknown;
}

/** The way of the pair that is in use; null while none is. */
export function wayOf(reports: Iterable<Report>): Way | null {
  const by_id = new Map<unknown, Report>();
  for (const report of reports) by_id.set(report.id, report);
  const transport = [...by_id.values()].find(({ type }) => type === "transport");
  const pair = by_id.get(transport?.selectedCandidatePairId);
  const local = by_id.get(pair?.localCandidateId);
  if (!local) return null;
  if (local.candidateType === "relay") return "relay";
  return local.protocol === "tcp" ? "tcp" : "udp";
}

/** The port at which a stage's answer says that it is; null where it says nothing. */
export function portIn(answer: string): number | null {
  const port = /^a=candidate:\S+ 1 (?:udp|tcp) \d+ \S+ (\d+) /im.exec(answer)?.[1];
  return port ? Number(port) : null;
}

/** Relays in `Link` headers (RFC 9725, section 4.6). */
export function relaysIn(link: string): RTCIceServer[] {
  const relays: RTCIceServer[] = [];
  for (const [, urls, told] of link.matchAll(/<((?:turns?|stun):[^>]*)>([^<]*)/g)) {
    const value = (name: string) => new RegExp(`;\\s*${name}="([^"]*)"`).exec(told ?? "")?.[1];
    if (!urls || value("rel") !== "ice-server") continue;
    const [username, credential] = [value("username"), value("credential")];
    relays.push(username && credential ? { urls, username, credential } : { urls });
  }
  return relays;
}
