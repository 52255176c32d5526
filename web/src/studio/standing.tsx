/** Where a guest stands with the desk: what their line lacks, their time, what is on and next. */
import { useMemo } from "preact/hooks";
import { mendOf, verdictOf } from "../host/next.ts";
import type { FloorSeat } from "../host/view.ts";
import { t } from "../texts/public.ts";
import { s } from "../texts/studio.ts";
import { clock, elapsed } from "../words/time.ts";
import type { GuestView } from "./guest.ts";
import { Guest } from "./guest.ts";

export function Standing({ hall }: { hall: string }) {
  const guest = useMemo(() => new Guest(hall), [hall]);
  const view = guest.view.value;
  const seat = view?.seats[0];
  if (!view || !seat) return null;
  return (
    <section class="card stack" aria-label={s("guest.line")}>
      <p class="guest__standing" data-standing={seat.standing} role="status">
        {standingOf(seat, view)}
      </p>
      {seat.standing === "green_room" && (
        <p>
          {verdictOf(seat)} <span class="soft">{mendOf(seat)}</span>
        </p>
      )}
      {view.air_delay_ms > 0 && (
        <p class="soft figures">{s("guest.delay", { n: Math.round(view.air_delay_ms / 1000) })}</p>
      )}
      <p class="figures">{spokenOf(view)}</p>
      {view.on && <p>{s("guest.now", { title: view.on })}</p>}
      {view.next && (
        <p class="soft figures">
          {view.next.starts_at_ms === null
            ? t("next.up", { title: view.next.title })
            : s("guest.next", { title: view.next.title, clock: clock(view.next.starts_at_ms) })}
        </p>
      )}
    </section>
  );
}

function standingOf({ standing, muted, verdict }: FloorSeat, { state }: GuestView): string {
  if (muted) return s("guest.muted");
  if (standing === "on_air" && (state !== "live" || verdict === "absent")) return s("guest.up");
  if (standing === "on_air") return s("guest.air");
  if (standing === "spent") return s("guest.spent");
  return s(standing === "ready" ? "guest.ready" : "guest.green");
}

function spokenOf({ spoken_ms, budget }: GuestView): string {
  const spoken = elapsed(spoken_ms);
  return budget
    ? s("guest.spoken.of", { spoken, budget: elapsed(budget.budget_ms) })
    : s("guest.spoken", { spoken });
}
