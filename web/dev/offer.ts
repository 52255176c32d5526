/** What a real browser offers to the stage, and whether a line that goes silent is taken up again. */
import { HOME, launch, tell } from "./browser.ts";
import { stageInPage } from "./stage.ts";

interface StageWindow {
  stage: { offers: string[]; deleted: number; silent: boolean };
}

export async function main(): Promise<void> {
  await tell("role/speaker");
  await tell("seat/ana");
  const browser = await launch();
  const page = await browser.newPage();
  page.on("pageerror", (error) => console.log("ERROR", error.message));
  await stageInPage(page, { state: "live", on_air: true, heard: true });
  await page.goto(`${HOME}/studio/demo`);
  const truth = async () => (await page.locator(".truth").textContent()) ?? "";
  const stage = () => page.evaluate(() => (window as never as StageWindow).stage);
  await page.getByRole("button", { name: "Take your seat" }).click();
  await page.waitForTimeout(2500);
  const [offer = ""] = (await stage()).offers;
  console.log(
    offer.split("\r\n").filter((line) => /^m=|rtpmap:(111|63)|rtcp-fb|sendrecv|candidate/.test(line)),
  );
  console.log(await truth());
  await page.evaluate(() => Object.assign((window as never as StageWindow).stage, { silent: true }));
  await page.waitForTimeout(2500);
  console.log("2.5 s silent:", await truth());
  await page.waitForTimeout(3000);
  await page.evaluate(() => Object.assign((window as never as StageWindow).stage, { silent: false }));
  await page.waitForTimeout(2500);
  const { offers, deleted } = await stage();
  console.log("8 s later:", await truth(), `offers ${offers.length}, hung up ${deleted}`);
  const others = await page.evaluate(
    () => (document.getElementById("others") as HTMLAudioElement).srcObject !== null,
  );
  console.log("hears others:", others);
  await page.getByRole("button", { name: "Leave the seat" }).click();
  await page.waitForTimeout(500);
  console.log("left:", await truth(), `hung up ${(await stage()).deleted}`);
  await browser.close();
}
