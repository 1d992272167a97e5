/// <reference path="../assets.d.ts" />
// analysis.iife.js: what unfold.iife.js adds to the page when it is first asked for eigenvalues or principal components.
import { packed, sha256 } from "unfold:analysis";
import { hold } from "./held.js";

hold({ packed, sha256 });
