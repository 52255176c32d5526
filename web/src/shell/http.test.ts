import { expect, test } from "vitest";
import { problemOf } from "./http.ts";

test("a refusal is told with its next step", () => {
  const body = JSON.stringify({
    code: "pass_expired",
    title: "This pass has run out.",
    next: "Ask for a new link.",
    detail: "It ended at noon.",
  });

  expect(problemOf(401, body)).toEqual({
    status: 401,
    code: "pass_expired",
    sentence: "This pass has run out. It ended at noon.",
    next: "Ask for a new link.",
  });
});

test("a detail for programs is kept from people", () => {
  const body = JSON.stringify({ title: "There is no town hall at this address.", detail: "nowhere" });

  expect(problemOf(404, body).sentence).toBe("There is no town hall at this address.");
});

test.each(["", "<html>Bad gateway</html>", "null", "[]", '{"title":7}'])(
  "an answer like %j is told by its status",
  (text) => {
    expect(problemOf(502, text)).toEqual({
      status: 502,
      code: "",
      sentence: "The answer was 502.",
      next: "Try again in a few seconds.",
    });
  },
);
