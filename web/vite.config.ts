/** Five pages, no inline script or style: the edge sends them with a strict content security policy. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const pages = ["index", "listen", "studio", "owner", "refused"];
/** What is not small already. */
const SHRINKS = /\.(html|js|css|svg)$/;
/** Below that it is one packet either way. */
const WORTH_BYTES = 1000;

/** Each file a second and a third time, small: the edge sends what a browser can read. */
const smaller = (): Plugin => ({
  name: "smaller",
  apply: "build",
  writeBundle({ dir = "" }, bundle) {
    for (const name of Object.keys(bundle)) {
      const bytes = readFileSync(join(dir, name));
      if (bytes.length < WORTH_BYTES || !SHRINKS.test(name)) continue;
      writeFileSync(join(dir, `${name}.br`), brotliCompressSync(bytes));
      writeFileSync(join(dir, `${name}.gz`), gzipSync(bytes, { level: 9 }));
    }
  },
});

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [smaller()],
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
