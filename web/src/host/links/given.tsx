/** A link to hand out, with a button that copies it. */
import { useState } from "preact/hooks";
import { pause } from "../../shell/clock.ts";
import { t } from "../../texts/public.ts";

export function Given({ label, link }: { label: string; link: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard?.writeText(link).catch(() => {});
    setCopied(true);
    await pause(2000);
    setCopied(false);
  };
  return (
    <div class="given">
      <input readOnly value={link} aria-label={label} onFocus={(event) => event.currentTarget.select()} />
      <button type="button" class="button" onClick={copy}>
        {t(copied ? "link.copied" : "link.copy")}
        <span class="unseen"> {label}</span>
      </button>
    </div>
  );
}
