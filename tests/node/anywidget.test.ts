/** The notebook's module as its hosts use it: a widget's state, messages to a kernel and back, no page. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import widget from "unfold-rnn/anywidget";

type Listener = (...args: never[]) => void;
type Message = { type: string; number: number; results: Record<string, unknown>; id: number; value: unknown; error: { code: string; message: string } };

const text = "to be or not to be, that is the question. ".repeat(60);

/** A tab's copy of a widget, and a kernel that thanks for what it gets. */
class Tab {
  readonly messages: { at: number; message: Message }[] = [];
  readonly state: Record<string, unknown>;
  readonly #listeners = new Map<string, Set<Listener>>();
  #ids = 0;
  saves = 0;
  /** False: the kernel computes, and takes nothing. */
  listening = true;
  readonly end: () => void;

  constructor(state: Record<string, unknown> = {}) {
    this.state = {
      text, unit: "char", validation: 0.1, tokens: 0, _ids: new DataView(new ArrayBuffer(0)), cell: "gru", hidden: 16, layers: 1, embedding: null, dropout: 0, seed: 3,
      batch: 4, steps: 16, iterations: 60, stateful: false, optimizer: "adam", learning_rate: 0.01, clip_norm: 5, prompt: "to ", temperature: 0.8, sample_length: 20,
      sample_every: 20, running: false, status: "idle", step: 0, loss: null, validation_loss: null, history: [], sample: "", error: null, runtime: {},
      weights: new DataView(new ArrayBuffer(0)), _load: new DataView(new ArrayBuffer(0)), _resets: 0, _owner: "", _uid: String(Math.random()), ...state,
    };
    this.end = widget.initialize({ model: this });
    ended.push(this.end);
  }

  get = (name: string): unknown => this.state[name];
  set(name: string, value: unknown): void {
    if (Object.is(this.state[name], value)) return;
    this.state[name] = value;
    this.emit(`change:${name}`);
  }
  save_changes(): void {
    this.saves++;
  }
  on = (event: string, listener: Listener): void => void this.#listeners.set(event, (this.#listeners.get(event) ?? new Set()).add(listener));
  off = (event: string, listener: Listener): void => void this.#listeners.get(event)?.delete(listener);
  get listeners(): number {
    return [...this.#listeners.values()].reduce((sum, all) => sum + all.size, 0);
  }
  emit(event: string, ...args: unknown[]): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) (listener as (...args: unknown[]) => void)(...args);
  }
  send(content: unknown, _callbacks?: undefined, buffers: DataView[] = []): void {
    const message = content as Message & { weights?: boolean };
    if (message.weights) message.results["weights"] = buffers[0];
    this.messages.push({ at: performance.now(), message });
    if (message.type === "results" && this.listening) setTimeout(() => this.emit("msg:custom", { type: "taken", number: message.number }));
  }

  async until(what: string, good: () => boolean): Promise<void> {
    for (const deadline = Date.now() + 20_000; !good(); ) {
      assert.ok(Date.now() < deadline, `${what}: not within 20 s; status ${this.state["status"]}, step ${this.state["step"]}, error ${JSON.stringify(this.state["error"])}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  reaches = (status: string): Promise<void> => this.until(status, () => this.state["status"] === status);
  async call(method: string, args?: unknown): Promise<unknown> {
    const id = ++this.#ids;
    this.emit("msg:custom", { type: "call", id, method, arguments: args });
    const answer = (): Message | undefined => this.messages.find(({ message }) => message.type === "reply" && message.id === id)?.message;
    await this.until(method, () => answer() !== undefined);
    const { value, error } = answer() as Message;
    if (error) throw Object.assign(new Error(error.message), { code: error.code });
    return value;
  }
  async train(): Promise<void> {
    const before = this.messages.length;
    this.set("running", true);
    await this.until("start", () => this.messages.slice(before).some(({ message }) => message.results?.["status"] === "starting"));
    await this.reaches("done");
  }
  get bytes(): Buffer {
    const { buffer, byteOffset, byteLength } = this.state["weights"] as DataView;
    return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
  }
}

const ended: (() => void)[] = [];
afterEach(() => {
  for (const end of ended.splice(0)) end();
});

const greedy = { prompt: "to ", length: 12, temperature: 1, seed: 0, top_k: 1, top_p: null };

test("a widget trains, and the kernel hears at most ten times a second and at the end of everything", async () => {
  const tab = new Tab({ iterations: 400 });
  await tab.train();
  const { state } = tab;
  assert.equal(state["step"], 400);
  assert.equal(state["running"], false);
  assert.ok((state["loss"] as number) < 1, `loss ${state["loss"]}`);
  const history = state["history"] as [number, number, number | null][];
  assert.deepEqual(history.map(([step]) => step), Array.from({ length: 400 }, (_, i) => i + 1));
  assert.equal(history.at(-1)?.[1], state["loss"]);
  assert.ok(history.some(([, , held]) => held !== null));
  assert.match(state["sample"] as string, /^to .{20}$/s);
  const results = tab.messages.filter(({ message }) => message.type === "results");
  const rest = results.filter(({ message }) => !("weights" in message.results) && message.results["running"] === undefined);
  for (let i = 1; i < rest.length; i++) assert.ok((rest[i]?.at ?? 0) - (rest[i - 1]?.at ?? 0) > 85, "two messages within a tenth of a second");
  const told = Object.assign({}, ...results.map(({ message }) => message.results)) as Record<string, unknown>;
  for (const name of ["step", "loss", "validation_loss", "history", "sample", "status", "running", "weights"]) assert.deepEqual(told[name], state[name], name);
});

test("a pause sends the weights of that step, and training goes on from there", async () => {
  const tab = new Tab({ iterations: 3000 });
  tab.set("running", true);
  await tab.until("step 50", () => (tab.state["step"] as number) >= 50);
  tab.set("running", false);
  await tab.reaches("paused");
  const { step } = tab.state;
  const paused = tab.bytes;
  assert.ok(paused.length > 1000);
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(tab.state["step"], step);
  tab.set("learning_rate", 0.001);
  tab.set("running", true);
  await tab.reaches("done");
  assert.equal(tab.state["step"], 3000);
  assert.notDeepEqual(tab.bytes, paused);
});

test("the same seed gives the same file; a second training goes on; a reset begins anew", async () => {
  const [one, two] = [new Tab(), new Tab()];
  await Promise.all([one.train(), two.train()]);
  assert.deepEqual(one.bytes, two.bytes);
  await one.train();
  assert.equal(one.state["step"], 120);
  assert.notDeepEqual(one.bytes, two.bytes);
  one.set("weights", new DataView(new ArrayBuffer(0)));
  one.set("_resets", 1);
  await one.train();
  assert.equal(one.state["step"], 60);
  assert.deepEqual(one.bytes, two.bytes);
});

test("what is wrong is said with its code, and can be put right", async () => {
  const tab = new Tab({ text: "a" });
  tab.set("running", true);
  await tab.reaches("error");
  assert.equal((tab.state["error"] as { code: string }).code, "RANGE");
  assert.equal(tab.state["running"], false);
  tab.set("text", text);
  await tab.train();
  assert.equal(tab.state["error"], null);
  tab.set("learning_rate", -1);
  tab.set("running", true);
  await tab.until("error", () => tab.state["error"] !== null);
  assert.match(JSON.stringify(tab.state["error"]), /RANGE.*learningRate/);
});

test("calls are answered, also by a network that has learnt nothing", async () => {
  const tab = new Tab();
  await tab.until("owner", () => tab.state["_owner"] !== "");
  const { text: written } = (await tab.call("generate", greedy)) as { text: string };
  assert.equal(written.length, 12);
  assert.equal(await tab.call("save"), tab.bytes.length);
  await assert.rejects(tab.call("generate", { ...greedy, prompt: "Z" }), { code: "RANGE" });
  await assert.rejects(tab.call("fly"), { code: "UNSUPPORTED" });
});

test("weights that the kernel sends are taken over; those that do not fit are refused", async () => {
  const [from, to] = [new Tab({ seed: 9 }), new Tab()];
  await from.train();
  to.set("_load", from.state["weights"]);
  await to.until("owner", () => to.state["_owner"] !== "");
  assert.deepEqual(await to.call("generate", greedy), await from.call("generate", greedy));
  const other = new Tab({ hidden: 8 });
  await other.train();
  to.set("_load", other.state["weights"]);
  await to.reaches("error");
  assert.equal((to.state["error"] as { code: string }).code, "SHAPE");
});

test("a tab that is loaded again goes on with the weights that the kernel holds", async () => {
  const tab = new Tab();
  await tab.train();
  const written = await tab.call("generate", greedy);
  const before = { ...tab.state };
  tab.end();
  const again = new Tab(before);
  await again.until("owner", () => again.state["_owner"] !== before["_owner"]);
  assert.deepEqual(await again.call("generate", greedy), written);
  await again.train();
  assert.deepEqual((again.state["history"] as number[][]).map(([step]) => step), Array.from({ length: 120 }, (_, i) => i + 1));
});

test("ids are learnt as text is", async () => {
  const ids = Int32Array.from({ length: 900 }, (_, i) => (i * 2) % 7);
  const tab = new Tab({ text: "", _ids: new DataView(ids.buffer), tokens: 7, prompt: "", iterations: 200 });
  await tab.train();
  assert.ok((tab.state["validation_loss"] as number) < 0.5);
  assert.deepEqual(await tab.call("generate", { ...greedy, prompt: [0, 2], length: 4 }), { ids: [4, 6, 1, 3] });
});

test("a kernel that computes finds few messages, and the last ones hold everything", async () => {
  const tab = new Tab({ iterations: 2000 });
  tab.listening = false;
  tab.set("running", true);
  await tab.reaches("done");
  const results = tab.messages.filter(({ message }) => message.type === "results");
  assert.ok(results.length <= 4, `${results.length} messages`);
  assert.equal((Object.assign({}, ...results.map(({ message }) => message.results)) as Record<string, unknown>)["step"], 2000);
});

test("removed or cut off while it trains: nothing more is sent, nothing stays", async () => {
  for (const leave of ["end", "restart"] as const) {
    const tab = new Tab({ iterations: 1_000_000 });
    tab.set("running", true);
    await tab.until("step 20", () => (tab.state["step"] as number) >= 20);
    if (leave === "end") tab.end();
    else tab.emit("comm_live_update");
    const sent = tab.messages.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(tab.messages.length, sent);
    assert.equal(tab.listeners, 0);
    if (leave === "restart") assert.equal(tab.state["status"], "disconnected");
  }
});

test("of two tabs one trains, the other sees it; who presses the button takes over", async () => {
  const shared = { _uid: "two tabs", iterations: 100_000 };
  const first = new Tab(shared);
  await first.until("owner", () => first.state["_owner"] !== "");
  const second = new Tab({ ...shared, _owner: first.state["_owner"] });
  first.set("running", true);
  second.set("running", true);
  await second.until("a mirrored step", () => (second.state["step"] as number) > 0);
  assert.ok(second.messages.every(({ message }) => message.type !== "results"), "both train");
  second.set("_pressed", 1);
  await first.reaches("paused");
  await second.reaches("paused");
  second.set("_pressed", 2);
  await second.reaches("training");
  assert.ok(second.messages.some(({ message }) => message.type === "owner"));
  const sent = first.messages.length;
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(first.messages.length, sent);
});
