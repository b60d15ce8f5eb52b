import assert from "node:assert/strict";
import { test } from "node:test";

import { type Piece, TagParser } from "mien-client";

import { ScriptReader } from "../dist/script.js";
import { chances, cut, someOf } from "./chance.js";

const PARTS = [
  "[",
  "]",
  "[happy]",
  "[ Sad ]",
  "[Ada Lovelace]",
  "[1]",
  "a[i]",
  "[]",
  "[a\nb]",
  "hello",
  " ",
  ". ",
  "? ",
  "...",
  "\n",
  "。",
  "」",
  "Zoë",
  "[Zoë]",
  "[é\u0301]",
  "\u{1D421}",
  "[\u{1D421}appy]",
  `[${"x".repeat(47)}]`,
  `[${"x".repeat(46)}]`,
  "['x]",
  "[x'y-z_9]",
  '!"',
  "[[angry]]",
];

/** Neighbouring texts as one: where they are cut is of no matter. */
function joined(pieces: Piece[]): Piece[] {
  const all: Piece[] = [];
  for (const piece of pieces) {
    const last = all.at(-1);
    if (piece.kind === "text" && last?.kind === "text") last.text += piece.text;
    else all.push({ ...piece });
  }
  return all;
}

function parsed(texts: string[]): Piece[] {
  const parser = new TagParser();
  return joined([...texts.flatMap((text) => parser.feed(text)), ...parser.end()]);
}

test("tags are told from text", () => {
  assert.deepEqual(parsed(["[happy] Hello [sad] oh no"]), [
    { kind: "tag", name: "happy" },
    { kind: "text", text: " Hello " },
    { kind: "tag", name: "sad" },
    { kind: "text", text: " oh no" },
  ]);
});

test("a tag may be cut in two", () => {
  assert.deepEqual(parsed(["[ha", "ppy", "] Hello"]), parsed(["[happy] Hello"]));
});

test("brackets that are no tag are text", () => {
  for (const text of ["[1]", "a[i + 1]", "[]", "[happy", "[see: this]", `[${"x".repeat(47)}]`]) {
    assert.deepEqual(parsed([text]), [{ kind: "text", text }]);
  }
});

test("a bracket before a tag is text", () => {
  assert.deepEqual(parsed(["[[happy]]"]), [
    { kind: "text", text: "[" },
    { kind: "tag", name: "happy" },
    { kind: "text", text: "]" },
  ]);
});

test("however a script is cut, tags and text are the same", () => {
  const chance = chances(1);
  for (let round = 0; round < 3000; round += 1) {
    const text = someOf(PARTS, 12, chance);
    assert.deepEqual(parsed(cut(text, chance)), parsed([text]), JSON.stringify(text));
  }
});

test("nothing of a script is lost", () => {
  const chance = chances(2);
  for (let round = 0; round < 2000; round += 1) {
    const text = someOf(PARTS, 12, chance);
    const again = parsed([text]).map((piece) =>
      piece.kind === "tag" ? `[${piece.name}]` : piece.text,
    );
    const plain = (words: string): string =>
      words.replaceAll(/\[[ \t]+|[ \t]+\]/g, (space) => space.trim());
    assert.equal(plain(again.join("")), plain(text));
  }
});

test("no more than the beginning of a tag is held back", () => {
  const chance = chances(3);
  for (let round = 0; round < 500; round += 1) {
    const parser = new TagParser();
    let given = 0;
    let gotten = 0;
    for (const text of cut(someOf(PARTS, 12, chance), chance)) {
      given += text.length;
      for (const piece of parser.feed(text)) {
        gotten += piece.kind === "tag" ? piece.name.length + 2 : piece.text.length;
      }
    }
    const spaces = 4 * 12; // around names, which are given without
    assert.ok(given - gotten < 48 + spaces);
  }
});

test("sentences are cut where they end", () => {
  const reader = new ScriptReader();
  const cues = [
    ...reader.feed('Pi is 3.14. "Really?" Yes... [sad]Oh。えっ！」そう。x\ny'),
    ...reader.end(),
  ];
  assert.deepEqual(
    cues.map((cue) => (cue.kind === "line" ? cue.text : `[${cue.name}]`)),
    ["Pi is 3.14.", '"Really?"', "Yes...", "[sad]", "Oh。", "えっ！」", "そう。", "x", "y"],
  );
});

test("however a script is cut, its sentences are the same", () => {
  const chance = chances(4);
  const cues = (texts: string[]): unknown[] => {
    const reader = new ScriptReader();
    return [...texts.flatMap((text) => reader.feed(text)), ...reader.end()];
  };
  for (let round = 0; round < 3000; round += 1) {
    const text = someOf(PARTS, 15, chance);
    assert.deepEqual(cues(cut(text, chance)), cues([text]), JSON.stringify(text));
  }
});
