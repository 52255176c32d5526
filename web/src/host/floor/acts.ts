/** What can be done with a seat, each with the way back. */
import { s } from "../../texts/studio.ts";
import type { Desk } from "../desk.ts";
import { post } from "../desk.ts";
import type { FloorSeat, Hand } from "../view.ts";

const nameOf = ({ name, seat }: FloorSeat): string => name ?? seat;
const at = ({ seat }: FloorSeat, act: string, body?: unknown) => post(`/seats/${seat}/${act}`, body);

const isUp = ({ standing }: FloorSeat): boolean => standing === "on_air";

/** Nothing where it is so already: taking that back would do what nobody asked for. */
export async function bringUp(desk: Desk, seat: FloorSeat): Promise<void> {
  if (!isUp(seat)) await desk.do(at(seat, "up"), s("up.said", { name: nameOf(seat) }), at(seat, "down"));
}

export async function takeDown(desk: Desk, seat: FloorSeat): Promise<void> {
  if (isUp(seat)) await desk.do(at(seat, "down"), s("down.said", { name: nameOf(seat) }), at(seat, "up"));
}

export function mute(desk: Desk, seat: FloorSeat): Promise<boolean> {
  const said = s(seat.muted ? "unmute.said" : "mute.said", { name: nameOf(seat) });
  return desk.do(at(seat, "mute", { on: !seat.muted }), said, at(seat, "mute", { on: seat.muted }));
}

export function suppress(desk: Desk, seat: FloorSeat): Promise<boolean> {
  const said = s(seat.suppressed ? "unsuppress.said" : "suppress.said", { name: nameOf(seat) });
  const to = (on: boolean) => at(seat, "suppress", { on });
  return desk.do(to(!seat.suppressed), said, to(seat.suppressed));
}

export const call = (desk: Desk, { person, name }: Hand): Promise<boolean> =>
  desk.do(post(`/hands/${person}/call`, {}), s("hand.called", { name: name ?? s("somebody") }));

export const lower = (desk: Desk, { person, name }: Hand): Promise<boolean> =>
  desk.do({ method: "DELETE", path: `/hands/${person}` }, s("hand.lowered", { name: name ?? s("somebody") }));
