import assert from "node:assert/strict";
import { test } from "node:test";

import {
  type FrameRenderer,
  type FrameRequest,
  MienAbortError,
  MienInputError,
  Orchestrator,
  type OrchestratorOptions,
  type OrchestratorProblem,
  type Script,
  type TimedFrame,
} from "mien-client";

/** Frames that say what they are: `ada.png:happy`. */
class SayingRenderer implements FrameRenderer {
  readonly rendered: string[] = [];
  failing = new Set<string>();

  async render({ sourceImage, expression, signal }: FrameRequest): Promise<Buffer> {
    signal?.throwIfAborted();
    this.rendered.push(`${String(sourceImage)}:${expression}`);
    if (this.failing.has(expression)) throw new Error(`no ${expression}`);
    return Buffer.from(`${String(sourceImage)}:${expression}`);
  }

  async expressions(): ReturnType<FrameRenderer["expressions"]> {
    if (this.failing.has("expressions")) throw new Error("no list");
    return { expressions: ["neutral", "happy", "sad", "smirk"], intensities: { min: 0, max: 1 } };
  }
}

function stage(options: Partial<OrchestratorOptions> = {}) {
  const renderer = new SayingRenderer();
  const problems: OrchestratorProblem[] = [];
  const orchestrator = new Orchestrator({
    renderer,
    characters: { Ada: "ada.png", "Bob Ross": "bob.png" },
    durationOf: (text) => 10 * text.length,
    onProblem: (problem) => problems.push(problem),
    ...options,
  });
  return { renderer, problems, orchestrator };
}

async function played(orchestrator: Orchestrator, script: Script): Promise<TimedFrame[]> {
  const frames: TimedFrame[] = [];
  for await (const frame of orchestrator.perform(script)) frames.push(frame);
  return frames;
}

const said = (frames: TimedFrame[]): string[] =>
  frames.map(({ frame, text }) => `${String(frame)} ${text}`);

test("tags become faces, with times", async () => {
  const { orchestrator, problems } = stage();
  const frames = await played(orchestrator, "Well. [happy] Hello! [sad] Oh no");
  assert.deepEqual(
    frames.map(({ frame, expression, startMs, durationMs, text }) => [
      String(frame),
      expression,
      startMs,
      durationMs,
      text,
    ]),
    [
      ["ada.png:neutral", "neutral", 0, 50, "Well."],
      ["ada.png:happy", "happy", 50, 60, "Hello!"],
      ["ada.png:sad", "sad", 110, 50, "Oh no"],
    ],
  );
  assert.deepEqual(problems, []);
});

test("a script in pieces plays the same", async () => {
  const script = "Well. [happy] Hello! [smirk][sad] Oh no. [Bob Ross] Trees。[happy]";
  async function* pieces(): AsyncGenerator<string> {
    yield* script;
  }
  const whole = await played(stage().orchestrator, script);
  assert.deepEqual(await played(stage().orchestrator, pieces()), whole);
  assert.deepEqual(await played(stage().orchestrator, script.split(/(?=[a-h])/)), whole);
});

test("a frame comes as soon as its sentence is complete", async () => {
  async function* endless(): AsyncGenerator<string> {
    yield "[happy] Hello! ";
    yield "And";
    await new Promise(() => undefined);
  }
  for await (const { text } of stage().orchestrator.perform(endless())) {
    assert.equal(text, "Hello!");
    break;
  }
});

test("a tag without words is shown, also at the end", async () => {
  const frames = await played(stage().orchestrator, "[sad][happy] Hi. [smirk]");
  assert.deepEqual(said(frames), ["ada.png:sad ", "ada.png:happy Hi.", "ada.png:smirk "]);
});

test("a face is rendered once", async () => {
  const { orchestrator, renderer } = stage();
  await played(orchestrator, "[happy] A. B. [sad] C. [Happy] D.");
  await played(orchestrator, "[sad] E.");
  assert.deepEqual(renderer.rendered, ["ada.png:happy", "ada.png:sad"]);
});

test("no more frames are kept than there is room for", async () => {
  const { orchestrator, renderer } = stage({ cacheBytes: "ada.png:happy".length });
  await played(orchestrator, "[happy] A. [sad] B. [happy] C.");
  assert.deepEqual(renderer.rendered, ["ada.png:happy", "ada.png:sad", "ada.png:happy"]);
});

test("the name of a character brings its portrait", async () => {
  const { orchestrator } = stage();
  const frames = await played(orchestrator, "[happy] A. [bob ross] B. [ADA] C.");
  assert.deepEqual(said(frames), ["ada.png:happy A.", "bob.png:happy B.", "ada.png:happy C."]);
  orchestrator.switchTo("bob ross");
  assert.equal(orchestrator.character, "Bob Ross");
  assert.deepEqual(said(await played(orchestrator, "D")), ["bob.png:neutral D"]);
});

test("somebody may be switched to in the middle", async () => {
  const { orchestrator } = stage();
  const frames: TimedFrame[] = [];
  for await (const frame of orchestrator.perform("[happy] A. B.")) {
    frames.push(frame);
    orchestrator.switchTo("Bob Ross");
  }
  assert.deepEqual(said(frames), ["ada.png:happy A.", "bob.png:happy B."]);
});

test("a name that nobody has is an error of the caller", () => {
  const { orchestrator } = stage();
  assert.throws(() => orchestrator.switchTo("Eve"), {
    name: "MienInputError",
    message: /Ada, Bob Ross/,
  });
  assert.throws(() => stage({ character: "Eve" }), MienInputError);
  assert.throws(() => stage({ characters: {} }), MienInputError);
});

test("an unknown tag is a neutral face, and told", async () => {
  const { orchestrator, problems } = stage();
  const frames = await played(orchestrator, "[happy] A. [laughs softly] B.");
  assert.deepEqual(said(frames), ["ada.png:happy A.", "ada.png:neutral B."]);
  assert.deepEqual(problems, [{ kind: "unknown-tag", tag: "laughs softly" }]);
});

test("a face that fails is a neutral one, and told", async () => {
  const { orchestrator, problems, renderer } = stage();
  renderer.failing.add("sad");
  const [frame] = await played(orchestrator, "[sad] A. B.");
  assert.equal(String(frame?.frame), "ada.png:neutral");
  assert.equal(frame?.expression, "neutral");
  const [{ error, ...told } = {} as never, ...others] = problems as Extract<
    OrchestratorProblem,
    { kind: "render-failed" }
  >[];
  assert.deepEqual(told, { kind: "render-failed", character: "Ada", expression: "sad" });
  assert.match(String(error), /no sad/);
  assert.deepEqual(others, []);
});

test("where not even a neutral face can be had, the error is the caller's", async () => {
  const { orchestrator, renderer } = stage();
  renderer.failing = new Set(["sad", "neutral"]);
  await assert.rejects(played(orchestrator, "[sad] A."), /no neutral/);
});

test("without the service's list the built-in expressions are known, and it is told", async () => {
  const { orchestrator, renderer, problems } = stage();
  renderer.failing.add("expressions");
  assert.deepEqual(said(await played(orchestrator, "[angry] A.")), ["ada.png:angry A."]);
  assert.equal(problems[0]?.kind, "expressions-unknown");
});

test("without a listener problems are warnings on the console", async (context) => {
  const warn = context.mock.method(console, "warn", () => undefined);
  await played(stage({ onProblem: undefined }).orchestrator, "[what] A.");
  assert.equal(warn.mock.callCount(), 1);
});

test("a signal ends a performance, also while the script is waited for", async () => {
  const stopping = new AbortController();
  let returned = false;
  const stuck: AsyncIterableIterator<string> = {
    [Symbol.asyncIterator]: () => stuck,
    next: async () => {
      if (!stopping.signal.aborted) return { done: false, value: "[happy] A. " };
      return new Promise(() => undefined);
    },
    return: async () => {
      returned = true;
      return { done: true, value: undefined };
    },
  };
  const { orchestrator, problems } = stage();
  await assert.rejects(async () => {
    for await (const { text } of orchestrator.perform(stuck, { signal: stopping.signal })) {
      assert.equal(text, "A.");
      stopping.abort();
    }
  }, MienAbortError);
  assert.ok(returned);
  assert.deepEqual(problems, []);
});

test("a script that fails fails the performance", async () => {
  async function* broken(): AsyncGenerator<string> {
    yield "A. ";
    throw new Error("the model went away");
  }
  await assert.rejects(played(stage().orchestrator, broken()), /went away/);
});

test("durations come from the length of the text where nothing is said", async () => {
  const frames = await played(
    stage({ durationOf: undefined }).orchestrator,
    "Hi. How are you today?",
  );
  assert.deepEqual(
    frames.map(({ durationMs }) => durationMs),
    [400, 65 * 18],
  );
});
