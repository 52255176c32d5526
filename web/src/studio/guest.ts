/** What the desk tells whoever has a seat: where they stand, their time, what is on and next. */
import { signal } from "@preact/signals";
import type { HallState } from "../flow.ts";
import type { Budget, FloorSeat } from "../host/view.ts";
import { follow } from "../shell/events.ts";

export interface GuestView {
  /** Their own seats; one as a rule. */
  seats: FloorSeat[];
  state: HallState;
  /** How long what they say waits before the crowd hears it. */
  air_delay_ms: number;
  spoken_ms: number;
  budget: Budget | null;
  /** Titles of what is on and what follows, and when that is due. */
  on: string | null;
  next: { title: string; starts_at_ms: number | null } | null;
}

export class Guest {
  readonly view = signal<GuestView | null>(null);

  constructor(hall: string) {
    follow<GuestView>(
      `/api/v1/halls/${hall}/events`,
      (view) => (this.view.value = view),
      (lost) => {
        if (lost) this.view.value = null;
      },
    );
  }
}
