/** A stage inside the page: answers the page's offer with a second peer connection, for looking at the studio. */
import type { Page } from "playwright-core";

export interface Says {
  state: string;
  on_air: boolean;
  heard: boolean;
}

/** From now on `POST /whip/…` in this page is answered by `says`, read anew for each message. */
export const stageInPage = (page: Page, says: Says): Promise<unknown> =>
  page.addInitScript((first: Says) => {
    const stage = { ...first, status: 201, silent: false, offers: [] as string[], deleted: 0 };
    Object.assign(window, { stage });
    const real = window.fetch.bind(window);
    const tell = (channel: RTCDataChannel) => {
      const figures = {
        speaking: true,
        level_db: -21,
        lost: 3,
        repaired: 2,
        concealed: 1,
        rtt_ms: 31,
        window_ms: 600,
      };
      const { state, on_air, heard } = stage;
      if (channel.readyState === "open" && !stage.silent)
        channel.send(JSON.stringify({ v: 1, state, on_air, heard, ...figures }));
    };
    const answer = async (sdp: string) => {
      const peer = new RTCPeerConnection();
      peer.ondatachannel = ({ channel }) => setInterval(() => tell(channel), 250);
      await peer.setRemoteDescription({ type: "offer", sdp });
      await peer.setLocalDescription(await peer.createAnswer());
      await new Promise((done) => setTimeout(done, 300));
      return peer.localDescription?.sdp ?? "";
    };
    window.fetch = async (input, init) => {
      if (!String(input).startsWith("/whip/")) return real(input, init);
      if (init?.method === "DELETE") {
        stage.deleted += 1;
        return new Response(null, { status: 204 });
      }
      stage.offers.push(String(init?.body));
      const problem = JSON.stringify({
        title: "This pass has run out.",
        next: "Ask the person who sent it for a new link.",
      });
      if (stage.status !== 201) return new Response(problem, { status: stage.status });
      const headers = { location: "/whip/demo/ana/l1", "content-type": "application/sdp" };
      return new Response(await answer(String(init?.body)), { status: 201, headers });
    };
  }, says);
