/** One seat: who sits there, whether the crowd hears them, what their line lacks, and what can be done about it. */
import { useState } from "preact/hooks";
import { s } from "../../texts/studio.ts";
import { elapsed } from "../../words/time.ts";
import type { Desk } from "../desk.ts";
import { put } from "../desk.ts";
import type { Ears } from "../ears.ts";
import { mendOf, verdictOf } from "../next.ts";
import type { FloorSeat, HallView } from "../view.ts";
import { bringUp, mute, suppress, takeDown } from "./acts.ts";

interface Props {
  desk: Desk;
  view: HallView;
  ears: Ears;
  seat: FloorSeat;
}

export function Seat({ desk, view, ears, seat }: Props) {
  const name = seat.name ?? seat.seat;
  const speaking = view.lines.some((line) => line.seat === seat.seat && line.speaking);
  const standing = shownStanding(seat, view);
  const agreed = !view.recorded || view.consents.includes(seat.seat);
  return (
    <li
      class="seat"
      data-standing={seat.standing}
      data-speaking={speaking}
      data-seat={seat.seat}
      tabIndex={-1}
      aria-label={s("seat.of", { name })}
    >
      <div class="seat__head">
        <span class="seat__name">{name}</span>
        <span class="mark" data-tone={standing === "on_air" ? "live" : "calm"}>
          {s(`standing.${standing}`)}
        </span>
      </div>
      <p class="seat__verdict" data-verdict={seat.verdict}>
        {agreed ? verdictOf(seat) : s("seat.consent")}
        {agreed && seat.mend && <span class="soft"> {mendOf(seat)}</span>}
      </p>
      <Spoken desk={desk} view={view} seat={seat} />
      <div class="seat__acts">
        <Air desk={desk} view={view} seat={seat} name={name} />
        <Ear ears={ears} seat={seat} name={name} />
      </div>
    </li>
  );
}

/** On a floor that is not led everybody is up; on the air is who is live and has a line. */
function shownStanding(seat: FloorSeat, { state }: HallView) {
  const waits = seat.standing === "on_air" && (state !== "live" || seat.verdict === "absent");
  return waits ? "up" : seat.standing;
}

/** Voice on air, and for which side. */
function Spoken({ desk, view, seat }: Omit<Props, "ears">) {
  const budget = view.floor.time.each;
  const spoken = elapsed(seat.spoken_ms);
  const told = budget ? s("time.of", { spoken, budget: elapsed(budget.budget_ms) }) : s("time", { spoken });
  // What is being typed stays, whatever the desk says meanwhile.
  const [draft, setDraft] = useState<string | null>(null);
  const take = async (event: { currentTarget: HTMLInputElement }) => {
    const side = event.currentTarget.value.trim() || null;
    if (side !== seat.side) await desk.do(put(`/seats/${seat.seat}/side`, { side }), s("side.said"));
    setDraft(null);
  };
  return (
    <div class="seat__time">
      <span class="figures soft">{told}</span>
      <label class="seat__side">
        <span class="soft">{s("side")}</span>
        <input
          value={draft ?? seat.side ?? ""}
          maxLength={40}
          list="sides"
          aria-label={s("side.of", { name: seat.name ?? seat.seat })}
          onInput={(event) => setDraft(event.currentTarget.value)}
          onChange={take}
        />
      </label>
    </div>
  );
}

interface ActProps {
  desk: Desk;
  view: HallView;
  seat: FloorSeat;
  name: string;
}

function Air({ desk, view, seat, name }: ActProps) {
  const away = desk.away.value;
  const on = seat.standing === "on_air";
  return (
    <>
      {on ? (
        <button type="button" class="button" disabled={away} onClick={() => takeDown(desk, seat)}>
          {s("down")}
          <span class="unseen"> {name}</span>
        </button>
      ) : (
        <button
          type="button"
          class="button"
          data-kind={seat.standing === "ready" ? "main" : undefined}
          disabled={away || view.state === "ended"}
          onClick={() => bringUp(desk, seat)}
        >
          {s("up")}
          <span class="unseen"> {name}</span>
        </button>
      )}
      <button
        type="button"
        class="button"
        aria-pressed={seat.muted}
        disabled={away}
        onClick={() => mute(desk, seat)}
      >
        {s(seat.muted ? "unmute" : "mute")}
        <span class="unseen"> {name}</span>
      </button>
      {(seat.suppressed || seat.verdict === "noisy") && (
        <button
          type="button"
          class="button"
          aria-pressed={seat.suppressed}
          disabled={away}
          onClick={() => suppress(desk, seat)}
        >
          {s(seat.suppressed ? "unsuppress" : "suppress")}
          <span class="unseen"> {name}</span>
        </button>
      )}
    </>
  );
}

function Ear({ ears, seat, name }: { ears: Ears; seat: FloorSeat; name: string }) {
  const [hears, cues] = [ears.hears.value === seat.seat, ears.cues.value === seat.seat];
  return (
    <>
      <button type="button" class="button" aria-pressed={hears} onClick={() => ears.hear(seat.seat)}>
        {s("hear")}
        <span class="unseen"> {name}</span>
      </button>
      <button type="button" class="button" aria-pressed={cues} onClick={() => ears.cue(seat.seat)}>
        {s(cues ? "cue.on" : "cue")}
        <span class="unseen"> {name}</span>
      </button>
    </>
  );
}
