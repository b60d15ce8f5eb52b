import { wordsOf } from "./api.js";
import { commandsOf } from "./commands.js";
import { calm, complain, showCommand } from "./dialogs.js";

/** What a form's numbers and choices are; empty ones are left out. */
export function valuesOf(form) {
  const values = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && value.trim() !== "") values[name] = value.trim();
  }
  return values;
}

/** Do something that a reader asked for; what goes wrong is said. */
export async function trying(work) {
  calm();
  try {
    return await work();
  } catch (error) {
    complain(wordsOf(error));
    return undefined;
  }
}

/** `request`: gives, or promises, the job that the form stands for. */
export function makes(form, studio, films, request) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = form.querySelector('[type="submit"]');
    button.disabled = true;
    void trying(async () => films.make(await request())).finally(() => (button.disabled = false));
  });
  form.querySelector("[data-command]").addEventListener("click", () =>
    trying(async () => {
      showCommand(commandsOf(await request(), studio));
    }),
  );
}
