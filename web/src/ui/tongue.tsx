/** The languages this page speaks, each by its own name. */
import { reload } from "../shell/place.ts";
import type { Language } from "../texts/language.ts";
import { choose, LANGUAGES, language } from "../texts/language.ts";
import { t } from "../texts/public.ts";

export function Tongue() {
  const change = (event: { currentTarget: HTMLSelectElement }) => {
    choose(event.currentTarget.value as Language);
    reload();
  };
  return (
    <label class="tongue">
      <span>{t("language")}</span>
      <select value={language} onChange={change}>
        {Object.entries(LANGUAGES).map(([code, name]) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
