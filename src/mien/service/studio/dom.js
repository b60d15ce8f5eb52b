/** The document, by ids, and elements made of words. Text is only ever set as text. */

export const byId = (id) => document.getElementById(id);

/** An element with properties, and what it holds: texts and elements. */
export function made(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role" || name === "for") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children);
  return element;
}

export const pressed = (button, on) => button.setAttribute("aria-pressed", String(on));
export const isPressed = (button) => button.getAttribute("aria-pressed") === "true";

/** A slider says its value beside it. Returns what reads it. */
export function readable(input, words) {
  const output = document.querySelector(`output[for="${input.id}"]`);
  const show = () => {
    output.textContent = words(input.valueAsNumber);
    input.setAttribute("aria-valuetext", output.textContent);
  };
  input.addEventListener("input", show);
  show();
  return () => input.valueAsNumber;
}

export const percent = (value) => `${Math.round(value)} %`;

/** Hand something to the reader as a file. */
export function save(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = made("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** An address for a blob in an element, in place of the one before. */
export function show(element, blob) {
  const before = element.src;
  element.src = URL.createObjectURL(blob);
  if (before.startsWith("blob:")) URL.revokeObjectURL(before);
}

/** Words of the service as a sentence, with what stands in backticks as code. */
export function sentence(words) {
  const parts = `${words.charAt(0).toUpperCase()}${words.slice(1)}`.split("`");
  return parts.map((part, index) => (index % 2 ? made("code", {}, part) : part));
}
