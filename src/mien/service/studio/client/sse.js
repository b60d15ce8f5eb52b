/** Text in pieces, cut anywhere, to events, as the HTML standard reads them. */
export class EventParser {
    #rest = "";
    #name = "";
    #data = [];
    #id;
    constructor(lastId = "") {
        this.#id = lastId;
    }
    /** Events that are complete with this piece. */
    feed(text) {
        const events = [];
        // A carriage return at the end may be half of a line's end: it waits for the next piece.
        const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
        this.#rest = lines.pop() ?? "";
        for (const line of lines) {
            const event = this.#line(line);
            if (event)
                events.push(event);
        }
        return events;
    }
    #line(line) {
        if (line === "")
            return this.#dispatch();
        const [, field = "", value = ""] = /^([^:]*)(?:: ?([^]*))?$/.exec(line) ?? [];
        if (field === "event")
            this.#name = value;
        else if (field === "data")
            this.#data.push(value);
        else if (field === "id" && !value.includes("\0"))
            this.#id = value;
        return undefined;
    }
    #dispatch() {
        const event = { name: this.#name || "message", data: this.#data.join("\n"), id: this.#id };
        const complete = this.#data.length > 0;
        this.#name = "";
        this.#data = [];
        return complete ? event : undefined;
    }
}
/** Events of a body. Ends where the body ends; what is cut off there is no event. */
export async function* eventsOf(body, lastId) {
    const parser = new EventParser(lastId);
    const decoder = new TextDecoder();
    const reader = body.getReader();
    try {
        for (;;) {
            const { done, value } = await reader.read();
            if (done)
                return;
            yield* parser.feed(decoder.decode(value, { stream: true }));
        }
    }
    finally {
        await reader.cancel().catch(() => undefined);
    }
}
