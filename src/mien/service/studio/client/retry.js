import { MienApiError, MienConnectionError } from "./errors.js";
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5000;
/**
 * Milliseconds until a call is made again, or undefined if it must not be.
 *
 * `repeatable`: doing it twice is the same as once. What is not is made again only if it surely was
 * not done: it never arrived, or the service said when to come back. `chance`: 0 to 1.
 */
export function retryDelay(error, attempt, repeatable, chance) {
    if (error instanceof MienApiError) {
        if (!error.retryable || !(repeatable || error.retryAfterMs !== undefined))
            return undefined;
        return error.retryAfterMs ?? backoff(attempt, chance);
    }
    if (error instanceof MienConnectionError && (repeatable || error.unsent)) {
        return backoff(attempt, chance);
    }
    return undefined;
}
/** Twice as long each time, between half of it and the whole, so that many callers spread out. */
export function backoff(attempt, chance) {
    const whole = Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS);
    return whole * (0.5 + chance / 2);
}
