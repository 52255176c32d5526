/** Runs one of the TypeScript files of this folder: `node dev/run.js server`. For developers only. */
import { runnerImport } from "vite";

const { module } = await runnerImport(`./dev/${process.argv[2]}.ts`);
await module.main(process.argv.slice(3));
