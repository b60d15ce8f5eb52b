import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const ROOT = resolve(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "../../..");
const VENV = join(ROOT, ".venv/bin/python");

export const PORTRAIT = join(ROOT, "src/mien/data/astronaut.png");
export const SOUND = join(ROOT, "src/mien/data/hello.ogg");

/** `mien serve` on a free port, with the Python of MIEN_PYTHON, the repository's own, or any. */
export class MienServer {
  readonly folder = mkdtempSync(join(tmpdir(), "mien-client-"));
  readonly #process: ChildProcess;
  readonly #lines: string[] = [];

  constructor() {
    const python = process.env["MIEN_PYTHON"] ?? (existsSync(VENV) ? VENV : "python3");
    const words = ["-m", "mien", "serve", "--port", "0", "--data-dir", join(this.folder, "data")];
    this.#process = spawn(python, words, { stdio: ["ignore", "ignore", "pipe"] });
    process.once("exit", () => this.#process.kill());
  }

  /** The URL, once it listens. */
  async listening(): Promise<string> {
    const { stderr } = this.#process;
    if (stderr === null) throw new Error("the server has no standard error");
    return new Promise((resolve, reject) => {
      const lines = createInterface(stderr);
      lines.on("line", (line) => {
        this.#lines.push(line);
        const [, url] = /listening on (http:\/\/\S+)/.exec(line) ?? [];
        if (url !== undefined) resolve(url);
      });
      lines.on("close", () => reject(new Error(`the server ended:\n${this.#lines.join("\n")}`)));
      this.#process.on("error", reject);
    });
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    if (this.#process.exitCode === null && this.#process.kill("SIGTERM")) await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
