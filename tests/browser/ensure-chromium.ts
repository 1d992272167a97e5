import { installChromium } from "./chromium.js";

try {
  console.log(`browser: ${installChromium()}`);
} catch (error) {
  console.error(`browser: ${(error as Error).message}`);
  process.exit(1);
}
