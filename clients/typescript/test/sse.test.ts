import assert from "node:assert/strict";
import { test } from "node:test";

import { EventParser, eventsOf, type ServerEvent } from "../dist/sse.js";
import { chances, cut, someOf } from "./chance.js";

function parsed(texts: string[]): ServerEvent[] {
  const parser = new EventParser();
  return texts.flatMap((text) => parser.feed(text));
}

test("events have a name, an id and data", () => {
  assert.deepEqual(parsed(['event: state\nid: 7\ndata: {"a":\ndata:1}\n\n']), [
    { name: "state", id: "7", data: '{"a":\n1}' },
  ]);
});

test("comments, unknown fields and events without data are nothing", () => {
  assert.deepEqual(parsed([": beat\n\nretry: 5\nevent: state\n\nid: 3\n\ndata: x\n\n"]), [
    { name: "message", id: "3", data: "x" },
  ]);
});

test("lines may end in any of three ways", () => {
  for (const end of ["\n", "\r\n", "\r"]) {
    const events = parsed([`id: 1${end}data: x${end}${end}data: y${end}${end}: more`]);
    assert.deepEqual(
      events.map(({ data }) => data),
      ["x", "y"],
      JSON.stringify(end),
    );
  }
});

test("what is cut off at the end is no event", () => {
  assert.deepEqual(parsed(["data: x\n"]), []);
});

test("however a stream is cut, its events are the same", () => {
  const parts = [
    "data: x",
    "data:y",
    "event: state",
    "id: 4",
    ":",
    "\n",
    "\r\n",
    "\r",
    "\n\n",
    "ü",
  ];
  const chance = chances(5);
  for (let round = 0; round < 3000; round += 1) {
    const text = `${someOf(parts, 20, chance)}\n\n`;
    assert.deepEqual(parsed(cut(text, chance)), parsed([text]), JSON.stringify(text));
  }
});

test("letters of several bytes may be cut in two", async () => {
  const bytes = new TextEncoder().encode("data: Zoë 🙂\n\n");
  const body = new ReadableStream<Uint8Array>({
    start(out) {
      for (const byte of bytes) out.enqueue(new Uint8Array([byte]));
      out.close();
    },
  });
  const events = [];
  for await (const event of eventsOf(body, "9")) events.push(event);
  assert.deepEqual(events, [{ name: "message", id: "9", data: "Zoë 🙂" }]);
});
