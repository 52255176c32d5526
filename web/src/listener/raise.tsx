/** Raise a hand, see its place, take it down; and once called, the way to the seat. */
import { useSignal } from "@preact/signals";
import { t } from "../texts/public.ts";
import type { Hand, Own } from "./hand.ts";

/** `waiting`: how many hands are up besides. */
export function Raise({ hand, waiting }: { hand: Hand; waiting: number }) {
  const open = useSignal(false);
  const own = hand.own.value;
  if (own?.studio_url) return <Called own={own} />;
  if (own?.raised) return <Up hand={hand} own={own} />;
  return (
    <div class="hand stack">
      {open.value ? (
        <Ask hand={hand} leave={() => (open.value = false)} />
      ) : (
        <button
          type="button"
          class="button"
          onClick={() => hand.look().then(() => (open.value = hand.own.value?.raised !== true))}
        >
          {t("hand.raise")}
        </button>
      )}
      {waiting > 0 && <p class="soft figures">{t("hands.waiting", { n: waiting })}</p>}
    </div>
  );
}

function Called({ own }: { own: Own }) {
  return (
    <div class="note" data-tone="wait" role="alert">
      <strong>{t("hand.called")}</strong>
      <p>{t("hand.called.next")}</p>
      <p>
        <a class="button" data-kind="main" href={own.studio_url ?? ""}>
          {t("hand.go")}
        </a>
      </p>
    </div>
  );
}

function Up({ hand, own }: { hand: Hand; own: Own }) {
  return (
    <div class="hand row">
      <p role="status" class="figures">
        {t("hand.raised", { n: own.position ?? 1 })}
      </p>
      <button type="button" class="button" onClick={() => hand.lower()}>
        {t("hand.lower")}
      </button>
    </div>
  );
}

function Ask({ hand, leave }: { hand: Hand; leave: () => void }) {
  const name = useSignal("");
  const reason = useSignal("");
  const asking = useSignal(false);
  const asked = !hand.known.value;
  const raise = async (event: Event) => {
    event.preventDefault();
    if (asking.value) return;
    asking.value = true;
    const raised = await hand.raise(name.value.trim(), reason.value.trim());
    asking.value = false;
    if (raised) leave();
  };
  const refusal = hand.refusal.value;
  return (
    <form class="card stack hand__form" onSubmit={raise}>
      {asked && (
        <label class="field">
          <span>{t("hand.name")}</span>
          <input
            value={name.value}
            maxLength={60}
            required
            autoComplete="name"
            onInput={(event) => (name.value = event.currentTarget.value)}
          />
        </label>
      )}
      <label class="field">
        <span>{t("hand.reason")}</span>
        <input
          value={reason.value}
          maxLength={140}
          onInput={(event) => (reason.value = event.currentTarget.value)}
        />
      </label>
      {refusal && (
        <p class="note" data-tone="danger" role="alert">
          <strong>{refusal.sentence}</strong>
          {refusal.next}
        </p>
      )}
      <div class="row">
        <button type="submit" class="button" data-kind="main" disabled={asking.value}>
          {t("hand.ask")}
        </button>
        <button type="button" class="button" data-kind="plain" onClick={leave}>
          {t("hand.cancel")}
        </button>
      </div>
    </form>
  );
}
