import { describe, expect, test } from "vitest";
import { Places, toldIn } from "./places.ts";

const HOME = "https://a:1/h/demo/live.mp4";
const B = "https://b:1/h/demo/live.mp4?via=1.2.b";
const C = "https://c:1/h/demo/live.mp4?via=1.2.c";

const NOTHING = { alternates: [], resume: null, cadence: null, place: null };
const other = (stream: string) => ({ page: new URL(stream).origin.replace(":1", ""), stream });

function listening(): Places {
  const places = new Places();
  places.home(HOME, [other(B), other(C)]);
  places.told({ ...NOTHING, alternates: [B, C], resume: "1.2.r" });
  places.heard();
  return places;
}

describe("whose edge is gone", () => {
  test("goes to the others it was told of in turn, then home, and on like that", () => {
    const places = listening();

    const asked = Array.from({ length: 4 }, () => {
      places.move();
      return places.address(7);
    });

    const shown = "from=7&resume=1.2.r";
    expect(asked).toEqual([`${B}&${shown}`, `${C}&${shown}`, `${HOME}?${shown}`, `${B}&${shown}`]);
  });

  test("stays where it hears, and is told of others there", () => {
    const places = listening();
    places.move();
    places.told({ ...NOTHING, alternates: [C], resume: "1.3.r" });
    places.heard();

    places.home(HOME, [other(B)]);
    expect(places.address(8)).toBe(`${B}&from=8&resume=1.3.r`);
    places.move();
    expect(places.address(9)).toBe(`${C}&from=9&resume=1.3.r`);
    places.move();
    expect(places.address(null)).toBe(`${HOME}?resume=1.3.r`);
  });

  test("and knows no other asks at home again", () => {
    const places = new Places();
    places.home(HOME, []);
    expect(places.elsewhere).toBe(false);

    places.move();

    expect(places.address(null)).toBe(HOME);
    expect(places.address(3)).toBe(`${HOME}?from=3`);
  });
});

describe("whoever finds no room", () => {
  test("goes where that edge says", () => {
    const places = new Places();
    places.home(HOME, []);

    places.told({ ...NOTHING, alternates: [C] });
    places.move();

    expect(places.address(null)).toBe(C);
  });

  test("or holds a place there, and shows it until there is an answer", () => {
    const places = new Places();
    places.home(HOME, [other(B)]);
    places.told({ ...NOTHING, alternates: [B] });
    places.move();
    places.told({ ...NOTHING, place: "1.790.p" });

    expect([places.page, places.place]).toEqual(["https://b", "1.790.p"]);
    expect(places.address(null)).toBe(`${B}&place=1.790.p`);

    places.told({ ...NOTHING, resume: "1.2.r" });
    expect(places.place).toBeNull();
  });

  test("shows that there is a pass", () => {
    const places = new Places();
    places.home(HOME, []);
    places.known = "1.2.k";

    expect(places.address(null)).toBe(`${HOME}?known=1.2.k`);
  });
});

describe("what an answer tells", () => {
  const read = (link: string | null, resume: string | null = null) =>
    toldIn({ get: (name) => (name === "link" ? link : name === "hustings-resume" ? resume : null) });

  test("is read out of its headers", () => {
    const told = read(`<${B}>; rel="alternate", <${C}>; rel="alternate", <https://x/>; rel="next"`, "1.2.r");
    expect(told).toEqual({ ...NOTHING, alternates: [B, C], resume: "1.2.r", cadence: null });
  });

  test.each([null, "", "nonsense", '<>; rel="alternate"', '<javascript:alert(1)>; rel="alternate"', "<<<>>>"])(
    "leads nowhere where it is %s",
    (link) => {
      expect(read(link).alternates).toEqual([]);
    },
  );
});
