/** A Node process of one party: answers the messages of hosts/node.ts. Its argument is the party's name. */
import { setFlagsFromString } from "node:v8";
import { Party } from "../party.js";
import type { Open } from "../subject.js";

// Node 20 has relaxed SIMD behind a flag that acts on modules compiled after it; browsers have it without one.
setFlagsFromString("--experimental-wasm-relaxed-simd");
const { open } = (await import(`../peers/${process.argv[2]}.js`)) as { open: Open };
const party = new Party(open);

process.on("message", async ({ call, args }: { call: "open" | "run" | "close"; args: [string, string, never] }) => {
  try {
    process.send?.({ result: await party[call](...args) });
  } catch (error) {
    process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});
process.on("disconnect", () => process.exit(0));
process.send?.({ result: "ready" });
