/**
 * Makes a drawing function that may be asked for at any rate: it runs in an animation frame, and then not again before
 * `interval` milliseconds have passed. A hidden tab draws nothing.
 */
export function paced(interval: number, draw: () => void): () => void {
  let asked = false;
  let last = -Infinity;
  const frame = (now: number): void => {
    if (now - last < interval) {
      requestAnimationFrame(frame);
      return;
    }
    asked = false;
    last = now;
    draw();
  };
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(frame);
  };
}
