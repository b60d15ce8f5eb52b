/** How long what comes is held back, so that pictures and sound which come unevenly play evenly. */
const HOLD_S = 0.06;
/** What is later than this moves the clock. */
const LATE_S = 0.04;
/** Pieces of sound this close are played without a gap. */
const SEAM_S = 0.03;
const MOST_PICTURES = 8;
/** Of so many pictures the one that waited least says how much could be held back less. */
const LOOKED_AT = 25;
/** A sound whose samples are all below this is silence. */
const SILENCE = 200;

const now = () => performance.now() / 1000;

/** Pictures on a canvas and sound in the loudspeaker, both at their time. */
export class Playback {
  #canvas;
  #rate;
  #context;
  #began;
  #pictures = [];
  #sources = new Set();
  #soundEnds = 0;
  #drawing;
  #heldMs = 0;
  #spare = { pictures: 0, least: Infinity };
  #quiet = true;
  /** Pictures that were shown. */
  drawn = 0;

  /** `rate`: of the sound, samples per second. */
  constructor(canvas, rate) {
    this.#canvas = canvas;
    this.#rate = rate;
    this.#await();
  }

  picture(bitmap, ptsUs) {
    const due = this.#due(ptsUs);
    this.#pictures.push({ bitmap, due, came: now() });
    this.#catchUp(due - now());
    // A page that is not seen draws nothing.
    if (this.#pictures.length > MOST_PICTURES) this.#pictures.shift().bitmap.close();
  }

  /** `samples`: an Int16Array. */
  sound(samples, ptsUs) {
    const due = this.#due(ptsUs);
    this.#quiet = samples.every((each) => Math.abs(each) < SILENCE);
    this.#context ??= new AudioContext({ sampleRate: this.#rate });
    const context = this.#context;
    if (context.state !== "running") {
      void context.resume().catch(() => undefined); // until the reader clicks something
      return;
    }
    const buffer = context.createBuffer(1, samples.length, this.#rate);
    buffer.copyToChannel(Float32Array.from(samples, (each) => each / 32768), 0);
    const wanted = context.currentTime + (due - now());
    const at = Math.abs(wanted - this.#soundEnds) < SEAM_S ? this.#soundEnds : Math.max(wanted, context.currentTime);
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(context.destination);
    source.addEventListener("ended", () => this.#sources.delete(source));
    source.start(at);
    this.#sources.add(source);
    this.#soundEnds = at + buffer.duration;
  }

  /** Of the session, now: what is seen and heard. Undefined before anything is. */
  get time() {
    return this.#began === undefined ? undefined : now() - this.#began;
  }

  /** How long pictures wait here before they are seen, milliseconds. */
  get heldMs() {
    return this.#heldMs;
  }

  /** What waits is dropped: the face was interrupted. */
  clear() {
    for (const source of this.#sources) source.stop();
    this.#sources.clear();
    this.#soundEnds = 0;
    for (const { bitmap } of this.#pictures.splice(0, Math.max(0, this.#pictures.length - 1))) bitmap.close();
  }

  close() {
    cancelAnimationFrame(this.#drawing);
    for (const { bitmap } of this.#pictures.splice(0)) bitmap.close();
    void this.#context?.close();
  }

  #due(ptsUs) {
    const pts = ptsUs / 1e6;
    this.#began ??= now() + HOLD_S - pts;
    const late = now() - (this.#began + pts);
    if (late > LATE_S || late < -1) this.#began = now() + HOLD_S - pts;
    return this.#began + pts;
  }

  /**
   * After something came late all that follows is held back longer; when nothing was late for a
   * while and nothing is heard, that is given up again. `spare`: seconds that a picture waits.
   */
  #catchUp(spare) {
    const seen = this.#spare;
    seen.pictures += 1;
    seen.least = Math.min(seen.least, spare);
    if (seen.pictures < LOOKED_AT || !this.#quiet) return;
    if (seen.least > HOLD_S) this.#began -= seen.least - HOLD_S;
    this.#spare = { pictures: 0, least: Infinity };
  }

  #await() {
    this.#drawing = requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#await();
    const due = this.#pictures.filter((each) => each.due <= now());
    const newest = due.at(-1);
    if (!newest) return;
    this.#pictures = this.#pictures.filter((each) => !due.includes(each));
    const { width, height } = newest.bitmap;
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
    const context = this.#canvas.getContext("2d");
    context.clearRect(0, 0, width, height); // what is cut out is not painted over
    context.drawImage(newest.bitmap, 0, 0);
    this.#heldMs = 1000 * (now() - newest.came);
    this.drawn += 1;
    for (const { bitmap } of due) bitmap.close();
  }
}
