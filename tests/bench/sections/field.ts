/** Who takes part: every party's host in Node and in Chromium, PyTorch and plain C. */
import { openChromium, type Chromium } from "../hosts/chromium.js";
import { buildPlainC, findTorch, plainCHost, torchHost } from "../hosts/native.js";
import { nodeHost } from "../hosts/node.js";
import type { Settings } from "../settings.js";
import type { Host, HostName, Runner } from "../subject.js";
import type { Workload } from "../workloads.js";

export interface Entry {
  readonly host: HostName;
  /** The peer's file, or its program. */
  readonly party: string;
  readonly subject: string;
}

/** The rows of a workload, in the order of a round. */
export function entriesOf({ name, task }: Workload, { hosts, peers }: Pick<Settings, "hosts" | "peers">): Entry[] {
  const list: Entry[] = [];
  for (const host of hosts) {
    const add = (party: string, ...subjects: string[]) => list.push(...subjects.map((subject) => ({ host, party, subject })));
    add("peak", "mul+add", "relaxed multiply-add");
    add("unfold", "unfold", "unfold deterministic");
    if (task === "train") add("unfold", "unfold trainStep");
    if (task === "step") add("unfold", "unfold worker");
    if (peers.has("tfjs")) add("tfjs", "tfjs-wasm", "tfjs-cpu");
    if (peers.has("brain") && ["W1", "W3", "W5"].includes(name)) add("brain", "brain.js");
    if (peers.has("onnxruntime") && ["W5", "W6"].includes(name)) add("onnxruntime", "onnxruntime-web");
  }
  if (peers.has("torch")) list.push({ host: "native", party: "torch", subject: "PyTorch" }, { host: "native", party: "torch-avx2", subject: "PyTorch AVX2" });
  if (peers.has("c") && ["W3", "W5"].includes(name)) list.push({ host: "native", party: "c", subject: "plain C" });
  return list;
}

/** Opens hosts when they are first needed, each once. */
export class Field {
  private readonly hosts = new Map<string, Promise<Host | undefined>>();
  private chromium: Promise<Chromium> | undefined;
  /** What is missing, and what was found where it matters. */
  readonly notes = new Map<string, string>();

  /** Undefined: the machine does not have it. A subject that a host cannot run is an error that is told in the notes. */
  async open({ host, party, subject }: Entry, workload: string): Promise<Runner | undefined> {
    const opened = await this.host(host, party);
    try {
      return await opened?.open(workload, subject);
    } catch (error) {
      if (party !== "peak") throw error;
      this.notes.set(`${host} ${subject}`, (error as Error).message.split("\n")[0] ?? "");
      return undefined;
    }
  }

  async chromiumVersion(): Promise<string | undefined> {
    return (await this.chromium)?.version;
  }

  host(name: HostName, party: string): Promise<Host | undefined> {
    const key = `${name} ${party}`;
    const known = this.hosts.get(key) ?? this.start(name, party);
    this.hosts.set(key, known);
    return known;
  }

  private async start(name: HostName, party: string): Promise<Host | undefined> {
    if (name === "node") return nodeHost(party);
    if (name === "chromium") {
      this.chromium ??= openChromium(["peak", "unfold", "tfjs", "brain", "onnxruntime", "product", "functions"]);
      return (await this.chromium).host(party);
    }
    if (party === "c") {
      const built = buildPlainC();
      this.notes.set("plain C", built ? built.how : "no C compiler found (CC=…)");
      return built && plainCHost(built.program);
    }
    const python = findTorch();
    if (!python) this.notes.set("PyTorch", "no Python with torch found (PYTHON=…, or make golden)");
    return python === undefined ? undefined : torchHost(python, party === "torch-avx2");
  }

  async close(): Promise<void> {
    for (const host of this.hosts.values()) await (await host)?.close();
    await (await this.chromium)?.close();
  }
}
