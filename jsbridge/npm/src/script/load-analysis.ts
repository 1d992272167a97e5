/// <reference path="../assets.d.ts" />
import integrity from "unfold:analysis-integrity";
import version from "unfold:version";
import type { loadAnalysis as load } from "../runtime/analysis-module.js";
import { type AnalysisProgram, held } from "./held.js";

// A classic script cannot import: from file:// not at all, and elsewhere not relatively to itself. It adds another script.

// Only while a script runs for the first time does it know its own element.
const me = globalThis.document?.currentScript as HTMLScriptElement | null | undefined;

const advice = "put a <script> tag of dist/analysis.iife.js of the same version before the first use";

function addScript(): Promise<void> {
  if (!me?.src) return Promise.reject(new Error(`this script has no address that analysis.iife.js could be beside; ${advice}`));
  let address: string;
  try {
    address = new URL("analysis.iife.js", me.src).href;
  } catch {
    return Promise.reject(new Error(`analysis.iife.js cannot be beside ${me.src.slice(0, 40)}; ${advice}`)); // a data: URL
  }
  return new Promise<void>((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.nonce = me.nonce;
    script.crossOrigin = me.crossOrigin;
    if (me.integrity) script.integrity = integrity; // who pins this file pins what it brings
    script.onload = () => resolve();
    script.onerror = () => reject(new Error(`${address}: cannot be loaded; missing there or of another version, offline, or a Content-Security-Policy whose script-src leaves it out`));
    document.head.append(script);
  }).then(() => {
    if (!held()) throw new Error(`${address}: is not of version ${version}`);
  });
}

/** The analysis program from analysis.iife.js beside this script, or from a tag of the page's own. */
export const loadAnalysis: typeof load = async () => {
  if (!held()) await addScript();
  const { packed, sha256 } = held() as AnalysisProgram;
  return { kind: "inside", packed, sha256 };
};
