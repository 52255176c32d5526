/** A "no" from the server, for people: what happened, what to do about it. It stands in the page as data. */
import "../ui/base.css";
import "../ui/controls.css";
import { render } from "preact";
import { problemOf } from "../shell/http.ts";
import { loadWords, t } from "../texts/public.ts";
import { loadRefusals } from "../texts/refusals.ts";

await Promise.all([loadWords(), loadRefusals()]);

const text = document.getElementById("refusal")?.textContent ?? "null";
const UNTOLD = JSON.stringify({
  title: t("problem.other"),
  next: t("problem.start"),
});
const { sentence, next } = problemOf(0, text.trim() === "null" ? UNTOLD : text);

render(
  <main class="sheet stack">
    <h1>{sentence}</h1>
    <p>{next}</p>
    <p>
      <a href="/">{t("see.on")}</a>
    </p>
  </main>,
  document.getElementById("page") as HTMLElement,
);
