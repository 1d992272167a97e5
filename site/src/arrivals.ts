import { output } from "./hooks.js";

// How long after the last dragover the pointer counts as gone.
const gone = 250;

/** Files and texts that come from outside: dropped anywhere on the page, or pasted where nothing is being edited. */
export function onArrival(files: (files: File[]) => void, text: (text: string) => void): void {
  const hint = output("drop");
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hide = (): void => {
    hint.hidden = true;
  };

  const wanted = (event: DragEvent): boolean => {
    const types = event.dataTransfer?.types ?? [];
    return types.includes("Files") || (types.includes("text/plain") && !isEditable(event.target));
  };
  window.addEventListener("dragover", (event) => {
    if (!wanted(event)) return;
    event.preventDefault();
    hint.hidden = false;
    clearTimeout(timer);
    timer = setTimeout(hide, gone);
  });
  window.addEventListener("drop", (event) => {
    if (!wanted(event)) return;
    event.preventDefault();
    hide();
    take(event.dataTransfer, files, text);
  });
  window.addEventListener("paste", (event) => {
    if (event.defaultPrevented || isEditable(event.target)) return;
    event.preventDefault();
    take(event.clipboardData, files, text);
  });
}

function take(from: DataTransfer | null, files: (files: File[]) => void, text: (text: string) => void): void {
  const list = [...(from?.files ?? [])];
  if (list.length > 0) files(list);
  else text(from?.getData("text/plain") ?? "");
}

function isEditable(target: EventTarget | null): boolean {
  return target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && target.type !== "range");
}
