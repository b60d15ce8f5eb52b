/** Numbers 0 to 1 that are the same in every run (mulberry32). */
export function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Some of these, in any order and as often as it happens. */
export function someOf(parts: readonly string[], most: number, chance: () => number): string {
  const count = Math.floor(chance() * most);
  return Array.from({ length: count }, () => parts[Math.floor(chance() * parts.length)]).join("");
}

/** The same text in pieces. */
export function cut(text: string, chance: () => number): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    const length = 1 + Math.floor(chance() * 5);
    pieces.push(text.slice(at, at + length));
    at += length;
  }
  return pieces;
}
