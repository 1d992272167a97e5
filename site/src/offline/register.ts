import type { Lab } from "unfold-rnn/views";

interface Policies {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

// The page's own start comes first: keeping everything takes a few seconds of the line.
const restMs = 5000;

/** Keeps the page for days without a network, once it has trained for a while. Where that is refused the page is the same, but for that. */
export function keepOffline(lab: Lab): void {
  if (!("serviceWorker" in navigator) || !isSecureContext || !location.protocol.startsWith("http")) return;
  const off = lab.on("progress", () => {
    off();
    setTimeout(() => void register(), restMs);
  });
}

async function register(): Promise<void> {
  try {
    const url = new URL("sw.js", document.baseURI).href;
    const { trustedTypes } = window as { trustedTypes?: Policies };
    const policy = trustedTypes?.createPolicy("unfold-site", { createScriptURL: (one) => one });
    await navigator.serviceWorker.register((policy?.createScriptURL(url) ?? url) as string);
  } catch {
    // Sandboxed frames and private windows refuse it.
  }
}
