/** Runs a task after the messages that are already waiting. */
export type Schedule = (task: () => void) => void;

/** Timers are clamped and throttled; setImmediate (Node) and MessageChannel (browsers) are not. */
export function createSchedule(): Schedule {
  if (typeof setImmediate === "function") return (task) => void setImmediate(task);
  const waiting: (() => void)[] = [];
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => waiting.shift()?.();
  return (task) => {
    waiting.push(task);
    port2.postMessage(0);
  };
}
