/** Writes the plan of an evening: pieces in order, each with its kind, name and length. Sent whole. */
import { useState } from "preact/hooks";
import { s } from "../../texts/studio.ts";
import type { Desk } from "../desk.ts";
import { put } from "../desk.ts";
import type { Due, Item, Kind } from "../view.ts";
import { KINDS } from "../view.ts";
import { freshName, moved } from "./pieces.ts";

interface Props {
  desk: Desk;
  items: Due[];
  done: () => void;
}

const MINUTE_MS = 60_000;
const FIRST_MS = 10 * MINUTE_MS;

export function Rundown({ desk, items, done }: Props) {
  const [pieces, setPieces] = useState<Item[]>(() => items.map(bare));
  const change = (at: number, what: Partial<Item>) =>
    setPieces(pieces.map((piece, i) => (i === at ? { ...piece, ...what } : piece)));
  const add = () => {
    const kind: Kind = pieces.length === 0 ? "opening" : "segment";
    setPieces([...pieces, { item: freshName(pieces), kind, title: s(`kind.${kind}`), planned_ms: FIRST_MS }]);
  };
  const save = async (event: Event) => {
    event.preventDefault();
    if (await desk.do(put("/rundown", { items: pieces }), s("plan.saved"))) done();
  };
  return (
    <form class="stack" onSubmit={save}>
      {pieces.map((piece, i) => (
        <Piece
          key={piece.item}
          piece={piece}
          no={i + 1}
          change={(what) => change(i, what)}
          up={i > 0 ? () => setPieces(moved(pieces, i)) : null}
          remove={() => setPieces(pieces.filter((_, at) => at !== i))}
        />
      ))}
      <div class="row">
        <button type="button" class="button" onClick={add}>
          {s("plan.add")}
        </button>
        <button type="submit" class="button" data-kind="main">
          {s("plan.save")}
        </button>
        <button type="button" class="button" data-kind="plain" onClick={done}>
          {s("plan.leave")}
        </button>
      </div>
    </form>
  );
}

const bare = ({ item, kind, title, planned_ms }: Due): Item => ({ item, kind, title, planned_ms });

interface PieceProps {
  piece: Item;
  no: number;
  change: (what: Partial<Item>) => void;
  up: (() => void) | null;
  remove: () => void;
}

function Piece({ piece, no, change, up, remove }: PieceProps) {
  return (
    <fieldset class="editor">
      <legend>{s("plan.piece", { n: no })}</legend>
      <label class="field editor__title">
        <span>{s("plan.title")}</span>
        <input
          value={piece.title}
          maxLength={120}
          required
          onInput={(event) => change({ title: event.currentTarget.value })}
        />
      </label>
      <label class="field">
        <span>{s("plan.kind")}</span>
        <select value={piece.kind} onChange={(event) => change({ kind: event.currentTarget.value as Kind })}>
          {KINDS.map((kind) => (
            <option key={kind} value={kind}>
              {s(`kind.${kind}`)}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{s("plan.minutes")}</span>
        <input
          type="number"
          min="1"
          max="1440"
          required
          defaultValue={Math.round(piece.planned_ms / MINUTE_MS)}
          onInput={(event) => change({ planned_ms: (event.currentTarget.valueAsNumber || 1) * MINUTE_MS })}
        />
      </label>
      <div class="row">
        {up && (
          <button type="button" class="button" data-kind="plain" onClick={up}>
            {s("plan.earlier")}
            <span class="unseen"> {piece.title}</span>
          </button>
        )}
        <button type="button" class="button" data-kind="plain" onClick={remove}>
          {s("plan.remove")}
          <span class="unseen"> {piece.title}</span>
        </button>
      </div>
    </fieldset>
  );
}
