import { wordsOf } from "./api.js";
import { commandsOf } from "./commands.js";
import { showCommand } from "./dialogs.js";
import { byId, made, save } from "./dom.js";

const TITLES = { animate: "Motion", express: "Expression", talk: "Speech", edit: "Edit" };
const WORDS = { queued: "waits", running: "runs", succeeded: "done", failed: "failed", cancelled: "cancelled" };
const SHOWN_FROM_BEFORE = 8;

/** Jobs with their progress, and what came of them. */
export class Films {
  #studio;
  #stage;
  #captions;

  constructor(studio, stage, captions) {
    this.#studio = studio;
    this.#stage = stage;
    this.#captions = captions;
  }

  /** Those of earlier visits. */
  async recall() {
    const { api } = this.#studio;
    const { jobs } = await api.call((client) => client.jobs.list({ limit: SHOWN_FROM_BEFORE }));
    // lists leave out what was asked for
    const whole = await Promise.all(jobs.map(({ id }) => api.call((client) => client.jobs.get(id))));
    for (const job of whole.reverse()) this.#add(job, false);
  }

  /** Ask for one, and show it when it is done. */
  async make(request) {
    const job = await this.#studio.api.call((client) => client.jobs.submit(request));
    this.#add(job, true);
  }

  #add(job, shows) {
    byId("films-none").hidden = true;
    const film = new Film(this.#studio, this.#stage, this.#captions, job);
    byId("films").prepend(film.element);
    if (shows) film.element.scrollIntoView({ block: "nearest" });
    void film.follow(shows);
  }
}

class Film {
  #studio;
  #stage;
  #captions;
  #job;
  #request;
  #state = made("span");
  #bar = made("progress", { max: 1, "aria-label": "Frames made" });
  #words = made("p");
  #actions = made("div", { className: "row" });
  #result;

  constructor(studio, stage, captions, job) {
    this.#studio = studio;
    this.#stage = stage;
    this.#captions = captions;
    this.#request = { kind: job.kind, ...job.request };
    const { emotion, driving } = job.request;
    const about = emotion ?? (driving?.startsWith("idle:") ? driving.slice(5) : studio.names[driving]);
    const title = [TITLES[job.kind] ?? job.kind, about].filter(Boolean).join(" · ");
    const head = made("header", {}, made("b", {}, title), this.#state);
    this.element = made("li", { className: "film" }, head, this.#bar, this.#words, this.#actions);
    this.title = title;
    this.#show(job);
  }

  /** Until it has ended. `shows`: then the result is played. */
  async follow(shows) {
    try {
      if (this.#job.ended === null) {
        await this.#studio.api.call(async (client) => {
          for await (const job of client.jobs.progress(this.#job.id)) this.#show(job);
        });
        byId("films-said").textContent = `${this.title}: ${WORDS[this.#job.state]}`;
      }
      if (shows && this.#job.state === "succeeded") await this.#play();
    } catch (error) {
      this.#words.textContent = wordsOf(error);
    }
  }

  #show(job) {
    const before = this.#job?.state;
    this.#job = job;
    this.element.dataset.state = job.state;
    this.#state.textContent = WORDS[job.state] ?? job.state;
    this.element.classList.toggle("failed", job.state === "failed");
    this.#bar.hidden = job.ended !== null;
    const { done, total } = job.progress;
    if (total) this.#bar.value = done / total;
    else this.#bar.removeAttribute("value");
    this.#words.textContent = wordsFor(job);
    if (before !== job.state) this.#actions.replaceChildren(...this.#buttons(job));
  }

  #buttons(job) {
    const command = this.#button("Command", () => this.#command());
    command.classList.add("quiet");
    if (job.ended === null) return [this.#button("Cancel", () => this.#cancel()), command];
    const forget = this.#button("Remove", () => this.#forget());
    forget.classList.add("quiet");
    if (job.state !== "succeeded") return [forget, command];
    return [this.#button("Play", () => this.#play()), this.#button("Download", () => this.#save()), command, forget];
  }

  #button(words, act) {
    const button = made("button", { type: "button", "aria-label": `${words}: ${this.title}` }, words);
    button.addEventListener("click", async () => {
      try {
        await act();
      } catch (error) {
        this.#words.textContent = wordsOf(error);
      }
    });
    return button;
  }

  async #blob() {
    this.#result ??= await this.#studio.api.call((client) =>
      client.jobs.result(this.#job.id, { timeout: 300_000 }),
    );
    return this.#result;
  }

  async #play() {
    const shown = this.#stage.play(await this.#stage.busy(this.#blob()));
    const { kind, audio, text } = this.#request;
    if (kind === "talk" && shown.film) void this.#captions.follow(audio, text, shown.clock);
  }

  async #save() {
    save(await this.#blob(), this.#job.result.name);
  }

  async #cancel() {
    this.#show(await this.#studio.api.call((client) => client.jobs.cancel(this.#job.id)));
  }

  async #forget() {
    await this.#studio.api.call((client) => client.jobs.cancel(this.#job.id));
    const next = this.element.nextElementSibling ?? this.element.previousElementSibling;
    this.element.remove();
    byId("films-none").hidden = byId("films").children.length > 0;
    (next?.querySelector("button") ?? byId("tools")).focus();
  }

  #command() {
    showCommand(commandsOf(this.#request, this.#studio));
  }
}

function wordsFor({ state, progress, problem, result, report }) {
  if (state === "failed") return problem?.detail ?? "It failed.";
  if (state === "succeeded") {
    const kind = result.media_type.split("/")[1].toUpperCase();
    return report?.frames ? `${report.frames} frames · ${kind}` : kind;
  }
  if (state !== "running") return "";
  const { done, total, eta_s: eta, frames_per_second: speed } = progress;
  const words = [total ? `${done} of ${total} frames` : `${done} frames`];
  if (speed) words.push(`${speed.toFixed(0)} per second`);
  if (eta !== null && eta !== undefined) words.push(`${Math.ceil(eta)} s left`);
  return words.join(" · ");
}
