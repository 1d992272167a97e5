import { UnfoldError, describe } from "../errors.js";
import type { WidgetModel } from "./afm.js";
import { Listeners } from "./afm.js";
import { Curve } from "./curve.js";
import type { Engine } from "./network.js";
import { Network } from "./network.js";
import { Owner } from "./owner.js";
import { Posts, show } from "./posts.js";
import { Run } from "./run.js";
import type { Point, Results, Status } from "./traits.js";

/** A call from the kernel, answered with a message of the same id. */
interface Call {
  type: "call";
  id: number;
  method: "ping" | "save" | "generate";
  arguments?: { prompt: string | number[]; length: number; temperature: number; seed: number; top_k: number | null; top_p: number | null };
}

/**
 * The training of one widget in one tab; its views, of which there may be none or many, only show it. Orders come as traits: whoever
 * sets `running` is obeyed.
 */
export class Session {
  readonly #widget: WidgetModel;
  readonly #listeners: Listeners;
  readonly #owner: Owner;
  readonly #posts: Posts;
  readonly #network: Network;
  readonly #curve: Curve;
  #run: Run | undefined;
  #closed = false;

  constructor(engine: Engine, widget: WidgetModel) {
    this.#widget = widget;
    this.#posts = new Posts(widget, (results) => this.#owner.tell(results));
    this.#network = new Network(engine, widget);
    this.#curve = new Curve(widget.get("history") as Point[]);
    this.#listeners = new Listeners(widget);
    this.#listeners.on("change:running", () => this.#obey());
    // Only here: a view was pressed in this tab.
    this.#listeners.on("change:_pressed", () => this.#press());
    this.#listeners.on("change:_resets", () => this.#guard(() => this.#reset()));
    this.#listeners.on("change:_load", () => this.#guard(() => this.#load()));
    this.#listeners.on("change:learning_rate", () => this.#guard(() => this.#run?.retune()));
    this.#listeners.on("change:clip_norm", () => this.#guard(() => this.#run?.retune()));
    this.#listeners.on("msg:custom", (message: unknown) => void this.#answer(message));
    // The kernel of this widget was restarted or ended: nobody hears what is sent. Jupyter does not say so otherwise.
    this.#listeners.on("comm_live_update", () => this.#disconnect());
    this.#owner = new Owner(widget, {
      gained: () => this.#begin(),
      lost: () => this.#forget(),
      heard: (results) => show(widget, results),
      asked: () => this.#posts.flush({ running: false }),
    });
  }

  /** Ends the training and frees the engine. */
  dispose(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#listeners.off();
    this.#owner.close();
    this.#posts.close();
    this.#forget();
  }

  /** This tab has become the one that trains. */
  #begin(): void {
    const status = this.#widget.get("status") as Status;
    if (this.#run || this.#closed) return;
    // Another tab, or this one before it was loaded again, trained and is gone. It is not begun behind the user's back.
    if (status === "training" || status === "paused") this.#posts.settle({ status: "stopped", running: false });
    else this.#obey();
  }

  #press(): void {
    if (this.#closed) return;
    const running = this.#widget.get("running") !== true;
    if (!running && !this.#owner.mine) {
      this.#owner.ask();
      return;
    }
    this.#owner.claim();
    this.#posts.flush({ running });
  }

  #obey(): void {
    if (this.#closed) return;
    const wanted = this.#widget.get("running") === true;
    if (!this.#owner.mine) return;
    if (!this.#run) {
      if (wanted) void this.#train();
    } else if (wanted) {
      this.#run.resume();
    } else {
      this.#guard(() => this.#run?.pause());
    }
  }

  async #train(): Promise<void> {
    const run = new Run({ widget: this.#widget, network: this.#network, posts: this.#posts, curve: this.#curve });
    this.#run = run;
    try {
      const status = await run.go();
      if (this.#run !== run) return;
      // Before it is said: to set `running` calls #obey.
      this.#run = undefined;
      this.#posts.settle({ status, running: false });
    } catch (thrown) {
      if (this.#run === run) await this.#fail(run, thrown);
    }
  }

  async #fail(run: Run, thrown: unknown): Promise<void> {
    const { model } = this.#network;
    const code = thrown instanceof UnfoldError ? thrown.code : "ENGINE";
    try {
      // The engine has put the last finite weights back.
      if (code === "NUMERIC" && model) await run.publish(model);
    } catch {
      // What went wrong first is what is said.
    }
    // A dead engine's models are lost; the next training makes one afresh, from the weights that were sent last.
    if (code === "ENGINE" || code === "BOOT") await this.#network.drop().catch(() => {});
    if (this.#run === run) this.#refuse(thrown);
  }

  /** Back to a network that has learnt nothing. */
  async #reset(): Promise<void> {
    this.#forget();
    this.#curve.clear();
  }

  async #load(): Promise<void> {
    if ((this.#widget.get("_load") as DataView | null)?.byteLength) await this.#network.load();
  }

  #forget(): void {
    this.#run?.abandon();
    this.#run = undefined;
    this.#posts.clear();
    // The engine may be dead already, and its memory with it.
    this.#network.drop().catch(() => {});
  }

  #disconnect(): void {
    if (this.#closed) return;
    const status: Partial<Results> = { status: "disconnected", running: false };
    this.#listeners.off();
    this.#posts.close(status);
    this.dispose();
  }

  async #answer(message: unknown): Promise<void> {
    const call = message as Call | { type: "taken"; number: number };
    if (call?.type === "taken") this.#posts.taken(call.number);
    if (call?.type !== "call" || !this.#owner.mine) return;
    try {
      this.#widget.send({ type: "reply", id: call.id, value: await this.#serve(call) });
    } catch (thrown) {
      if (!this.#closed) this.#widget.send({ type: "reply", id: call.id, error: wire(thrown) });
    }
  }

  async #serve({ method, arguments: given }: Call): Promise<unknown> {
    if (method === "ping") return null;
    if (method === "save") {
      const { model } = await this.#network.get();
      const file = await model.save();
      this.#posts.flush({ weights: new DataView(file.buffer as ArrayBuffer, file.byteOffset, file.byteLength) });
      return file.byteLength;
    }
    if (method === "generate" && given) {
      const { prompt, top_k, top_p, ...options } = given;
      return this.#network.write(prompt, { ...options, ...(top_k !== null && { topK: top_k }), ...(top_p !== null && { topP: top_p }) });
    }
    throw new UnfoldError("UNSUPPORTED", `${describe(method)} is not a call that this widget knows`);
  }

  /** What fails outside a run is said in the same place. */
  #guard(act: () => unknown): void {
    void (async () => act())().catch((thrown: unknown) => this.#refuse(thrown));
  }

  #refuse(thrown: unknown): void {
    this.#run?.abandon();
    this.#run = undefined;
    this.#posts.settle({ status: "error", running: false, error: wire(thrown) });
  }
}

function wire(thrown: unknown): { code: string; message: string } {
  if (thrown instanceof UnfoldError) return { code: thrown.code, message: thrown.message };
  return { code: "ENGINE", message: describe(thrown) };
}
