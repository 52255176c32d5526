/** Raised hands in their order, each with its reason, and a press that gives one a seat in the green room. */
import { s } from "../../texts/studio.ts";
import { span } from "../../words/time.ts";
import type { Desk } from "../desk.ts";
import type { HallView, Hand } from "../view.ts";
import { call, lower } from "./acts.ts";

export function Hands({ desk, view }: { desk: Desk; view: HallView }) {
  const waiting = view.floor.hands.filter(({ seat }) => seat === null);
  return (
    <section class="stack" aria-labelledby="hands">
      <h3 id="hands">{s("hands", { n: waiting.length })}</h3>
      {waiting.length === 0 && <p class="soft">{s("hands.none")}</p>}
      <ol class="hands">
        {waiting.map((hand) => (
          <Raised key={hand.person} desk={desk} hand={hand} now_ms={view.now_ms} />
        ))}
      </ol>
    </section>
  );
}

function Raised({ desk, hand, now_ms }: { desk: Desk; hand: Hand; now_ms: number }) {
  const name = hand.name ?? s("somebody");
  const away = desk.away.value;
  return (
    <li class="hand">
      <span class="hand__no figures">{hand.position}</span>
      <div class="hand__who">
        <span class="seat__name">{name}</span>
        {hand.reason && <p>{hand.reason}</p>}
        <p class="soft">{s("hand.since", { span: span(now_ms - hand.raised_ms) })}</p>
      </div>
      <div class="seat__acts">
        <button type="button" class="button" disabled={away} onClick={() => call(desk, hand)}>
          {s("hand.call")}
          <span class="unseen"> {name}</span>
        </button>
        <button
          type="button"
          class="button"
          data-kind="plain"
          disabled={away}
          onClick={() => lower(desk, hand)}
        >
          {s("hand.lower")}
          <span class="unseen"> {name}</span>
        </button>
      </div>
    </li>
  );
}
