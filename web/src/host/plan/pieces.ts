/** The order and the names of a plan's pieces. Not here: their words. */
import type { Item } from "../view.ts";

/** A name that no piece has yet: "piece-3". */
export function freshName(pieces: Pick<Item, "item">[]): string {
  const taken = new Set(pieces.map(({ item }) => item));
  let no = pieces.length + 1;
  while (taken.has(`piece-${no}`)) no++;
  return `piece-${no}`;
}

/** The piece at `at`, one place earlier. */
export function moved<T>(pieces: T[], at: number): T[] {
  const [before, piece] = [pieces[at - 1], pieces[at]];
  if (before === undefined || piece === undefined) return pieces;
  return [...pieces.slice(0, at - 1), piece, before, ...pieces.slice(at + 1)];
}
