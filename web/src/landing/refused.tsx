/** A "no" from the server, for people: what happened, what to do about it. It stands in the page as data. */
import "../ui/base.css";
import "../ui/controls.css";
import { render } from "preact";
import { problemOf } from "../shell/http.ts";

const text = document.getElementById("refusal")?.textContent ?? "null";
const UNTOLD = JSON.stringify({
  title: "This is not possible just now.",
  next: "See what is on at the start page.",
});
const { sentence, next } = problemOf(0, text.trim() === "null" ? UNTOLD : text);

render(
  <main class="sheet stack">
    <h1>{sentence}</h1>
    <p>{next}</p>
    <p>
      <a href="/">See what is on</a>
    </p>
  </main>,
  document.getElementById("page") as HTMLElement,
);
