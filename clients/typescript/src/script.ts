import { TagParser, type Piece } from "./tags.js";

/** A sentence to be said, or a tag before the next one. */
export type Cue = { kind: "line"; text: string } | { kind: "tag"; name: string };

// Sentences end with marks and white space; those of Chinese and Japanese need no space, but what
// follows must be seen, for another mark or a closing quote still belongs to them.
const SENTENCE_END = /[.!?…]+["'”’)\]]*(?=\s)|[。！？]+[」』”’）]*(?=[^。！？」』”’）])|\n/;

/** A script as it arrives, to sentences and tags, which are the same wherever its pieces are cut. */
export class ScriptReader {
  readonly #tags = new TagParser();
  #unsaid = "";

  feed(text: string): Cue[] {
    return this.#tags.feed(text).flatMap((piece) => this.#cues(piece));
  }

  end(): Cue[] {
    return [...this.#tags.end().flatMap((piece) => this.#cues(piece)), ...this.#rest()];
  }

  #cues(piece: Piece): Cue[] {
    if (piece.kind === "tag") return [...this.#rest(), piece];
    this.#unsaid += piece.text;
    const cues: Cue[] = [];
    for (;;) {
      const end = SENTENCE_END.exec(this.#unsaid);
      if (end === null) return cues;
      const length = end.index + end[0].length;
      cues.push(...lines(this.#unsaid.slice(0, length)));
      this.#unsaid = this.#unsaid.slice(length);
    }
  }

  #rest(): Cue[] {
    const text = this.#unsaid;
    this.#unsaid = "";
    return lines(text);
  }
}

function lines(text: string): Cue[] {
  const said = text.trim();
  return said === "" ? [] : [{ kind: "line", text: said }];
}
