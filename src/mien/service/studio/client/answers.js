import { MienApiError } from "./errors.js";
/** JSON. Something between us and the service may have put a page in its place. */
export async function parsed(response) {
    const words = await response.text();
    try {
        return JSON.parse(words);
    }
    catch {
        const detail = `the answer is no JSON: ${words.slice(0, 200)}`;
        throw new MienApiError({ status: response.status, code: "not-json", detail });
    }
}
/** An answer that is an error, whatever stands between us and the service made of it. */
export async function problemIn(response) {
    const words = await response.text();
    const said = parsedObject(words);
    const text = (value) => typeof value === "string" ? value : undefined;
    return new MienApiError({
        status: response.status,
        code: text(said["code"]) ?? `http-${response.status}`,
        detail: text(said["detail"]) ?? (words.slice(0, 200) || response.statusText),
        requestId: text(said["request_id"]) ?? response.headers.get("X-Request-ID") ?? undefined,
        errors: Array.isArray(said["errors"]) ? said["errors"] : undefined,
        retryAfterMs: retryAfter(response.headers.get("Retry-After"), Date.now()),
        own: response.headers.get("Content-Type")?.startsWith("application/problem+json"),
    });
}
function parsedObject(words) {
    try {
        const parsed = JSON.parse(words);
        return typeof parsed === "object" && parsed !== null ? parsed : {};
    }
    catch {
        return {};
    }
}
/** Seconds or a date (RFC 9110) as milliseconds from now. */
export function retryAfter(header, now) {
    if (header === null)
        return undefined;
    if (/^\d+$/.test(header.trim()))
        return Number(header) * 1000;
    const date = Date.parse(header);
    return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
