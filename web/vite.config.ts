/** Five pages, no inline script or style: the edge sends them with a strict content security policy. */
import { defineConfig } from "vitest/config";

const pages = ["index", "listen", "studio", "owner", "refused"];

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../src/hustings/pages",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
    rolldownOptions: { input: pages.map((page) => `${page}.html`) },
  },
  test: { include: ["src/**/*.test.ts"] },
});
