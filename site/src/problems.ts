import type { Lab, Problem } from "unfold-rnn/views";
import { settingsFor } from "./data/catalogue.js";
import { formatRate, say } from "./language.js";
import type { NoticeAction, Notices } from "./notices.js";

/** Says what went wrong with a training or a wish, and offers what helps. `retry` begins again from nothing. */
export function tellProblems(lab: Lab, notices: Notices, retry: () => void): void {
  lab.on("network", () => notices.clear("failed", "refused"));
  lab.on("state", (state) => state === "training" && notices.clear("failed"));
  lab.on("failed", ({ code, message }) => failed(lab, notices, retry, { code, message }));
  lab.on("refused", ({ code, message }) => {
    if (code === "MEMORY") notices.error("refused", () => say("notice.memory", { message }));
    else notices.error("refused", () => say("notice.refused", { message }));
  });
}

function failed(lab: Lab, notices: Notices, retry: () => void, { code, message }: Problem): void {
  const over: NoticeAction = { label: () => say("notice.restart"), name: "start-over", act: retry };
  if (code === "NUMERIC") {
    const rate = formatRate(lab.settings.learningRate);
    const calmer = Math.min(settingsFor("austen").learningRate, lab.settings.learningRate / 10);
    const back: NoticeAction = {
      label: () => say("notice.rateBack", { rate: formatRate(calmer) }),
      name: "rate-back",
      act: () => void lab.change({ learningRate: calmer }).then((taken) => taken && lab.play()),
    };
    notices.error("failed", () => say("notice.numeric", { rate }), message, [back]);
  } else if (code === "ENGINE") {
    notices.error("failed", () => say("notice.engine"), message, [over]);
  } else if (code === "MEMORY") {
    notices.error("failed", () => say("notice.memory", { message }), "", [over]);
  } else {
    notices.error("failed", () => say("notice.boot", { message }), "", [{ ...over, label: () => say("notice.tryAgain"), name: "try-again" }]);
  }
}

/** What nobody caught is shown; the page goes on. */
export function guardPage(notices: Notices, problemOf: (thrown: unknown) => Problem): void {
  const show = (thrown: unknown): void => {
    const { message } = problemOf(thrown);
    notices.error("page", () => say("notice.page", { message }));
  };
  window.addEventListener("error", (event) => {
    // A browser's remark that an observer had to wait for the next frame; nothing went wrong.
    if (!event.message.startsWith("ResizeObserver loop")) show(event.error ?? event.message);
  });
  window.addEventListener("unhandledrejection", (event) => show(event.reason));
}
