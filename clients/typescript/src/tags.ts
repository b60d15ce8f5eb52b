/** What a script is made of: text to be said, and tags as `[happy]`. */
export type Piece = { kind: "text"; text: string } | { kind: "tag"; name: string };

// Brackets around words; `[1]`, `[x](y)` with digits first and `a[i + 1]` are text.
const LONGEST_TAG = 48;
const TAG = /^\[[ \t]*(\p{L}[\p{L}\p{M}\p{N} _'’-]*?)[ \t]*\]/u;
// A piece may end in the middle of a letter that takes two code units.
const BEGINNING = /^\[[ \t]*(\p{L}[\p{L}\p{M}\p{N} _'’-]*)?[\ud800-\udbff]?$/u;

/**
 * Tells tags from text while it arrives in pieces, cut anywhere.
 *
 * Whatever the cuts are, tags and the text between them are the same. Brackets that are no tag are
 * text. Not more than the beginning of one tag is held back.
 */
export class TagParser {
  #rest = "";

  /** What is certain with this piece. */
  feed(text: string): Piece[] {
    const pieces: Piece[] = [];
    let rest = this.#rest + text;
    let said = "";
    for (;;) {
      const bracket = rest.indexOf("[");
      said += bracket < 0 ? rest : rest.slice(0, bracket);
      rest = bracket < 0 ? "" : rest.slice(bracket);
      if (rest === "" || mayBecomeTag(rest)) break;
      const tag = tagAt(rest);
      if (tag === undefined) {
        said += "[";
        rest = rest.slice(1);
        continue;
      }
      if (said !== "") pieces.push({ kind: "text", text: said });
      pieces.push({ kind: "tag", name: tag.name });
      said = "";
      rest = rest.slice(tag.length);
    }
    if (said !== "") pieces.push({ kind: "text", text: said });
    this.#rest = rest;
    return pieces;
  }

  /** What was held back: without an end it is no tag. */
  end(): Piece[] {
    const text = this.#rest;
    this.#rest = "";
    return text === "" ? [] : [{ kind: "text", text }];
  }
}

function mayBecomeTag(rest: string): boolean {
  return rest.length < LONGEST_TAG && BEGINNING.test(rest);
}

function tagAt(rest: string): { name: string; length: number } | undefined {
  const [whole, name] = TAG.exec(rest.slice(0, LONGEST_TAG)) ?? [];
  return whole === undefined || name === undefined ? undefined : { name, length: whole.length };
}
