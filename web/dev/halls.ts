/** A stand-in for the desk: a few halls in every state, moves and seats, kept in memory. */

export interface Hall {
  hall: string;
  title: string;
  state: string;
  starts_at_ms: number | null;
  since_ms: number;
  seats: { seat: string; name: string; person: string }[];
  recorded?: boolean;
}

const MOVES: Record<string, Record<string, string>> = {
  draft: { announce: "announced", open: "doors", end: "ended" },
  announced: { open: "doors", end: "ended" },
  doors: { end: "ended" },
  live: { pause: "paused", end: "ended" },
  paused: { resume: "live", end: "ended" },
  ended: {},
};

const MINUTE = 60_000;
const now = () => Date.now();
const SEATS = [
  { seat: "ana", name: "Ana Moreau", person: "p_0000000000000001" },
  { seat: "ben", name: "Ben Okafor", person: "p_0000000000000002" },
  { seat: "cleo", name: "Cleo", person: "p_0000000000000003" },
];

const hall = (name: string, title: string, state: string, starts: number | null, since: number): Hall => ({
  hall: name,
  title,
  state,
  starts_at_ms: starts === null ? null : now() + starts,
  since_ms: now() + since,
  seats: state === "draft" ? [] : [...SEATS],
});

export class Halls {
  halls = new Map<string, Hall>();

  constructor() {
    const made = [
      hall("demo", "Demo town hall", "live", -10 * MINUTE, -10 * MINUTE),
      hall("budget", "Where should next year’s school budget go?", "announced", 125 * MINUTE, -60 * MINUTE),
      hall("soon", "Housing on the harbour", "announced", 26 * 60 * MINUTE, -60 * MINUTE),
      hall("late", "Buses after midnight", "announced", -2 * MINUTE, -60 * MINUTE),
      hall("doors", "Questions for the mayor", "doors", 3 * MINUTE, -MINUTE),
      hall("paused", "The new library", "paused", -30 * MINUTE, -4 * MINUTE),
      hall("ended", "A safer crossing at Mill Lane", "ended", -90 * MINUTE, -20 * MINUTE),
      hall("draft", "Spring assembly", "draft", null, -MINUTE),
    ];
    for (const each of made) this.halls.set(each.hall, each);
  }

  list = () => ({
    halls: [...this.halls.values()].map(({ hall, title, state, starts_at_ms }) => ({
      hall,
      title,
      state,
      starts_at_ms,
    })),
  });

  show(found: Hall, listeners: number) {
    const lines = found.seats.slice(0, 2).map(({ seat }, i) => ({
      seat,
      heard: found.state === "live" || found.state === "doors",
      speaking: i === Math.floor(now() / 5000) % 2,
      level_db: -22,
      rtt_ms: 24 + i * 9,
      lost: i * 3,
    }));
    return { ...found, moves: Object.keys(MOVES[found.state] ?? {}), lines, audience: { listeners } };
  }

  move(found: Hall, move: string): boolean {
    const next = MOVES[found.state]?.[move];
    if (!next) return false;
    found.state = next === "doors" && (found.starts_at_ms ?? 0) <= now() ? "live" : next;
    found.since_ms = now();
    return true;
  }
}
