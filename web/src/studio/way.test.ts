import { describe, expect, test } from "vitest";
import { portIn, relaysIn, wayOf } from "./way.ts";

const pair = (local: Record<string, unknown>) => [
  { type: "local-candidate", id: "L1", protocol: "udp", candidateType: "host" },
  { type: "local-candidate", id: "L2", ...local },
  { type: "candidate-pair", id: "P1", localCandidateId: "L1", nominated: false },
  { type: "candidate-pair", id: "P2", localCandidateId: "L2", nominated: true },
  { type: "transport", id: "T", selectedCandidatePairId: "P2" },
];

describe("the way of a line", () => {
  test("is that of the pair in use", () => {
    expect(wayOf(pair({ protocol: "tcp", candidateType: "host" }))).toBe("tcp");
    expect(wayOf(pair({ protocol: "udp", candidateType: "prflx" }))).toBe("udp");
    expect(wayOf(pair({ protocol: "udp", candidateType: "relay", relayProtocol: "tls" }))).toBe("relay");
  });

  test("is not known before there is a pair", () => {
    expect(wayOf([])).toBeNull();
    expect(wayOf([{ type: "transport", id: "T" }])).toBeNull();
  });
});

describe("a stage's answer", () => {
  test("names its port", () => {
    const answer = "v=0\r\na=candidate:1 1 UDP 2130706431 198.51.100.7 8002 typ host\r\n";

    expect(portIn(answer)).toBe(8002);
    expect(portIn("v=0\r\n")).toBeNull();
  });
});

describe("links to relays", () => {
  test("are read, several in one header, with what they ask for", () => {
    const link =
      '<turn:turn.example.org:3478?transport=udp>; rel="ice-server"; username="179:p_1"; credential="a+b=="; credential-type="password", ' +
      '<stun:turn.example.org>; rel="ice-server", <https://cdn.example.org>; rel="alternate"';

    expect(relaysIn(link)).toEqual([
      { urls: "turn:turn.example.org:3478?transport=udp", username: "179:p_1", credential: "a+b==" },
      { urls: "stun:turn.example.org" },
    ]);
    expect(relaysIn("")).toEqual([]);
    expect(relaysIn('<turn:x>; rel="alternate"')).toEqual([]);
  });
});
