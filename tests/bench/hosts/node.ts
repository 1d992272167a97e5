import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Burst, Host, Runner } from "../subject.js";

/** A Node process for one party, so that none runs on another's heap or with code that another has warmed. */
export async function nodeHost(party: string): Promise<Host> {
  const child = fork(fileURLToPath(new URL("party-node.ts", import.meta.url)), [party], { execArgv: ["--import", "tsx"], stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const ask = asker(child, party);
  await ask();
  return {
    name: "node",
    async open(workload, name): Promise<Runner> {
      const { detail, firstLoss, opening } = (await ask("open", workload, name)) as { detail: string; firstLoss: number | null; opening: number };
      return {
        name, host: "node", detail, firstLoss: firstLoss ?? NaN, opening,
        run: (seconds) => ask("run", workload, name, seconds) as Promise<Burst>,
        close: async () => void (await ask("close", workload, name)),
      };
    },
    async close() {
      child.disconnect();
    },
  };
}

/** One question at a time; without a call it waits for the word that the process is ready. */
function asker(child: ChildProcess, party: string): (call?: string, ...args: unknown[]) => Promise<unknown> {
  return (call, ...args) =>
    new Promise((resolve, reject) => {
      const ended = (code: number | null) => reject(new Error(`bench: the process of ${party} ended with ${code}`));
      child.once("exit", ended);
      child.once("message", ({ result, error }: { result?: unknown; error?: string }) => {
        child.off("exit", ended);
        if (error === undefined) resolve(result);
        else reject(new Error(`${party}: ${error}`));
      });
      if (call !== undefined) child.send({ call, args });
    });
}
