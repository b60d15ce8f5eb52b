import { byId } from "./dom.js";

/** Open a dialog; what was chosen when it is closed. */
export function asked(dialog) {
  return new Promise((resolve) => {
    dialog.returnValue = "";
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
    dialog.showModal();
  });
}

/** A key from the reader, or undefined. */
export async function askKey(problem) {
  const input = byId("key-input");
  input.value = "";
  byId("key-problem").textContent = problem ?? "";
  const answer = await asked(byId("key-dialog"));
  const key = input.value.trim();
  input.value = "";
  return answer === "ok" && key ? key : undefined;
}

/** Show the same as a command and as requests. */
export function showCommand({ shell, curl }) {
  byId("command-shell").textContent = shell;
  byId("command-curl").textContent = curl;
  byId("command-said").textContent = "";
  void asked(byId("command-dialog"));
}

byId("command-dialog").addEventListener("click", async (event) => {
  const id = event.target.dataset?.copy;
  if (!id) return;
  const said = byId("command-said");
  try {
    await navigator.clipboard.writeText(byId(id).textContent);
    said.textContent = "Copied.";
  } catch {
    getSelection().selectAllChildren(byId(id));
    said.textContent = "This browser does not let pages copy. It is selected: press Ctrl+C.";
  }
});

/** Something went wrong; until it is closed or something else is said. */
export function complain(words) {
  const place = byId("alert");
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = "×";
  close.setAttribute("aria-label", "Close this message");
  close.addEventListener("click", () => place.replaceChildren());
  const text = document.createElement("span");
  text.textContent = words;
  place.replaceChildren(text, close);
  place.scrollIntoView({ block: "nearest" });
}

export const calm = () => byId("alert").replaceChildren();
