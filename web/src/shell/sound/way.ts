/** What every way from the town hall to an ear can do. Made when it is taken, closed when it is left. */
import type { MediaTime, PublicState } from "../../flow.ts";
import type { Phase } from "../../listener/player/player.ts";
import type { Timeline } from "../../listener/timeline.ts";

export interface Way {
  readonly phase: Phase;
  /** What is being heard, or null while nothing is or nobody can tell. */
  readonly at: MediaTime | null;
  readonly timeline: Timeline;
  /** Whether the sound comes a little later than usual, for want of room. */
  readonly later?: boolean;
  tune(state: PublicState): void;
  listen(): void;
  /** The hall has ended: play what is here, and ask for no more. */
  end(): void;
  close(): void;
}
