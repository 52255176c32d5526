/** A link to hand out, with a button that copies it. */
import { useRef, useState } from "preact/hooks";
import { pause } from "../../shell/clock.ts";
import { t } from "../../texts/public.ts";

export function Given({ label, link }: { label: string; link: string }) {
  const [copied, setCopied] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const copy = async () => {
    // Browsers lend the clipboard to sealed pages only: elsewhere the link is chosen, to be copied by hand.
    field.current?.select();
    const done = await navigator.clipboard?.writeText(link).then(
      () => true,
      () => false,
    );
    if (!done) return;
    setCopied(true);
    await pause(2000);
    setCopied(false);
  };
  return (
    <div class="given">
      <input
        ref={field}
        readOnly
        value={link}
        aria-label={label}
        onFocus={(event) => event.currentTarget.select()}
      />
      <button type="button" class="button" onClick={copy}>
        {t(copied ? "link.copied" : "link.copy")}
        <span class="unseen"> {label}</span>
      </button>
    </div>
  );
}
