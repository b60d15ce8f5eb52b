/** What is being worked on. Tells of "portrait", "face" and "engine" when they change. */
export class Studio extends EventTarget {
  api;
  /** As the service tells of it; undefined before there is one. */
  portrait;
  /** Which face, the largest is 1. */
  face = 1;
  /** By name; undefined is the service's own. */
  engine;
  /** Names of files by their ids, for the commands. */
  names = {};
  /** Words and voices of sounds that were made of them, by their ids. */
  words = {};

  constructor(api) {
    super();
    this.api = api;
  }

  choosePortrait(portrait) {
    this.portrait = portrait;
    this.face = 1;
    if (portrait) this.names[portrait.id] = portrait.name;
    this.dispatchEvent(new Event("portrait"));
  }

  chooseFace(face) {
    this.face = face;
    this.dispatchEvent(new Event("face"));
  }

  chooseEngine(engine) {
    this.engine = engine;
    this.dispatchEvent(new Event("engine"));
  }

  /** What every request says beside what it is about. */
  get common() {
    return {
      ...(this.face === 1 ? {} : { face: this.face }),
      ...(this.engine === undefined ? {} : { engine: this.engine }),
    };
  }

  /** The portrait, for those who cannot do without. */
  needPortrait() {
    if (!this.portrait) throw new Error("Choose a portrait first: drop one on the left, or use the sample.");
    return this.portrait;
  }

  needPicture() {
    const portrait = this.needPortrait();
    if (portrait.kind !== "picture") {
      throw new Error("This works on pictures. A film can be driven and edited.");
    }
    return portrait;
  }

  async uploadDriver(file) {
    const driver = await this.api.upload("drivers", file);
    this.names[driver.id] = driver.name;
    return driver;
  }

  /** Let the service make a sound of words. */
  async say(text, voice) {
    const driver = await this.api.call((client) => client.say({ text, voice }));
    this.names[driver.id] = driver.name;
    this.words[driver.id] = { text, voice };
    return driver;
  }
}
