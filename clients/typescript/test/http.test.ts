import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";

import {
  createLivePortraitClient,
  MienAbortError,
  MienApiError,
  MienClient,
  MienConnectionError,
  MienInputError,
  MienTimeoutError,
} from "mien-client";

import { retryAfter } from "../dist/answers.js";
import { backoff, retryDelay } from "../dist/retry.js";
import { json, withServer } from "./tiny-server.js";

const PICTURE = new Uint8Array([1, 2, 3]);
const BUSY = { status: 503, code: "busy", detail: "no room now", request_id: "abc" };

test("an error of the service is told in its own words", async () => {
  const problem = {
    status: 422,
    code: "no-face",
    detail: "portrait: no face was found",
    request_id: "r-1",
    errors: [{ field: "body.x", problem: "missing" }],
  };
  await withServer(
    (_, response) => json(response, 422, problem),
    async (url, requests) => {
      const error = await new MienClient({ baseUrl: url }).version().catch((e: unknown) => e);
      assert.ok(error instanceof MienApiError);
      assert.equal(error.status, 422);
      assert.equal(error.code, "no-face");
      assert.equal(error.detail, "portrait: no face was found");
      assert.equal(error.requestId, "r-1");
      assert.equal(error.retryable, false);
      assert.deepEqual(error.errors, problem.errors);
      assert.equal(requests.length, 1);
    },
  );
});

test("an error of something else is put into the same words", async () => {
  await withServer(
    (_, response) => response.writeHead(404, { "X-Request-ID": "r-2" }).end("<h1>nothing</h1>"),
    async (url) => {
      await assert.rejects(new MienClient({ baseUrl: url }).version(), {
        name: "MienApiError",
        status: 404,
        code: "http-404",
        detail: "<h1>nothing</h1>",
        requestId: "r-2",
      });
    },
  );
});

test("a page in the place of an answer is an error and is not asked for again", async () => {
  await withServer(
    (_, response) => response.end("<html>"),
    async (url, requests) => {
      await assert.rejects(new MienClient({ baseUrl: url }).version(), { code: "not-json" });
      assert.equal(requests.length, 1);
    },
  );
});

for (const status of [408, 429, 502, 503]) {
  test(`${status} is tried again`, async () => {
    await withServer(
      (_, response, number) => json(response, number < 3 ? status : 200, { version: "1" }),
      async (url, requests) => {
        assert.equal((await new MienClient({ baseUrl: url }).version()).version, "1");
        assert.equal(requests.length, 3);
      },
    );
  });
}

test("not more often than asked for, and then the error is told", async () => {
  await withServer(
    (_, response) => json(response, 503, BUSY, { "Retry-After": "0" }),
    async (url, requests) => {
      await assert.rejects(new MienClient({ baseUrl: url, retries: 2 }).version(), {
        code: "busy",
      });
      assert.equal(requests.length, 3);
    },
  );
});

test("what the service says will not pass by itself is not tried again", async () => {
  const problem = { status: 503, code: "engine-unavailable", detail: "needs weights" };
  await withServer(
    (_, response) => json(response, 503, problem, { "Content-Type": "application/problem+json" }),
    async (url, requests) => {
      await assert.rejects(new MienClient({ baseUrl: url }).engines(), { retryable: false });
      assert.equal(requests.length, 1);
    },
  );
});

test("a wait beyond the timeout is not waited for", async () => {
  await withServer(
    (_, response) => json(response, 503, BUSY, { "Retry-After": "60" }),
    async (url, requests) => {
      const error = await new MienClient({ baseUrl: url }).version().catch((e: unknown) => e);
      assert.ok(error instanceof MienApiError);
      assert.equal(error.retryAfterMs, 60_000);
      assert.equal(requests.length, 1);
    },
  );
});

test("a connection that breaks is tried again, also in the middle of an answer", async () => {
  await withServer(
    (_, response, number) => {
      if (number === 1) response.destroy();
      else if (number === 2)
        response.writeHead(200, { "Content-Length": "100" }).write("{", () => response.destroy());
      else json(response, 200, { version: "1" });
    },
    async (url, requests) => {
      assert.equal((await new MienClient({ baseUrl: url }).version()).version, "1");
      assert.equal(requests.length, 3);
    },
  );
});

test("cancelling is not tried again once it may have arrived", async () => {
  await withServer(
    (_, response) => void response.destroy(),
    async (url, requests) => {
      const { jobs } = new MienClient({ baseUrl: url });
      await assert.rejects(jobs.cancel("x"), MienConnectionError);
      assert.equal(requests.length, 1);
    },
  );
});

test("a delete whose answer was lost has deleted", async () => {
  await withServer(
    (_, response, number) => (number === 1 ? void response.destroy() : json(response, 404, {})),
    async (url, requests) => {
      await createLivePortraitClient({ baseUrl: url }).deleteOutput("a.png");
      assert.equal(requests.length, 2);
    },
  );
});

test("a job is submitted once, however often it is tried", async () => {
  await withServer(
    (_, response, number) =>
      number < 3 ? void response.destroy() : json(response, 202, { id: "j" }),
    async (url, requests) => {
      const { jobs } = new MienClient({ baseUrl: url });
      await jobs.submit({} as Parameters<typeof jobs.submit>[0]);
      const keys = new Set(requests.map(({ headers }) => headers["idempotency-key"]));
      assert.equal(requests.length, 3);
      assert.equal(keys.size, 1);
      assert.match([...keys][0] as string, /^[0-9a-f]{32}$/);
    },
  );
});

test("silence ends with a timeout", async () => {
  await withServer(
    () => undefined,
    async (url, requests) => {
      const error = await new MienClient({ baseUrl: url, timeout: 50 })
        .version()
        .catch((e: unknown) => e);
      assert.ok(error instanceof MienTimeoutError);
      assert.equal(error.timeoutMs, 50);
      assert.equal(requests.length, 1);
    },
  );
});

test("one call may have a timeout of its own", async () => {
  await withServer(
    () => undefined,
    async (url) => {
      const client = new MienClient({ baseUrl: url });
      await assert.rejects(client.version({ timeout: 40 }), { timeoutMs: 40 });
      const avatar = createLivePortraitClient({ baseUrl: url });
      await assert.rejects(avatar.render({ sourceImage: PICTURE, timeout: 40 }), { timeoutMs: 40 });
    },
  );
});

test("an answer that stops halfway ends with a timeout", async () => {
  await withServer(
    (_, response) => void response.writeHead(200, { "Content-Length": "100" }).write("{"),
    async (url) => {
      await assert.rejects(
        new MienClient({ baseUrl: url, timeout: 100 }).version(),
        MienTimeoutError,
      );
    },
  );
});

test("a stream that stops halfway ends with a timeout", async () => {
  await withServer(
    (_, response) => void response.writeHead(200).write("abc"),
    async (url) => {
      const stream = await new MienClient({ baseUrl: url, timeout: 100 }).jobs.resultStream("x");
      await assert.rejects(new Response(stream).text(), MienTimeoutError);
    },
  );
});

test("a signal ends a call, a stream, and the wait before another try", async () => {
  await withServer(
    (seen, response) => {
      if (seen.path === "/v1/version") json(response, 503, BUSY, { "Retry-After": "20" });
      else if (seen.path.endsWith("/result")) response.writeHead(200).write("abc");
    },
    async (url) => {
      const client = new MienClient({ baseUrl: url });
      const soon = (): AbortSignal => AbortSignal.timeout(50);
      await assert.rejects(client.engines({ signal: soon() }), MienAbortError);
      await assert.rejects(client.version({ signal: soon() }), MienAbortError);
      await assert.rejects(
        client.engines({ signal: AbortSignal.abort("no") }),
        (error: unknown) => {
          assert.ok(error instanceof MienAbortError);
          assert.equal(error.cause, "no");
          return true;
        },
      );
      const stream = await client.jobs.resultStream("x", { signal: soon() });
      await assert.rejects(new Response(stream).text(), MienAbortError);
      const waiting = createLivePortraitClient({ baseUrl: url }).waitForHealthy(9, 60_000, {
        signal: soon(),
      });
      await assert.rejects(waiting, MienAbortError);
    },
  );
});

test("nobody there is a connection error, and waiting for health says so", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise((resolve) => server.close(resolve));
  const client = createLivePortraitClient({ baseUrl, retries: 1 });
  const error = await client.health().catch((e: unknown) => e);
  assert.ok(error instanceof MienConnectionError);
  assert.ok(error.unsent);
  assert.match(error.message, /ECONNREFUSED/);
  assert.equal(await client.waitForHealthy(2, 1), false);
});

test("waiting for the health of something else ends at once", async () => {
  await withServer(
    (_, response) => json(response, 200, { status: "ok" }),
    async (url) => {
      const waiting = createLivePortraitClient({ baseUrl: url }).waitForHealthy();
      await assert.rejects(waiting, { code: "not-avatar" });
    },
  );
});

test("names are parts of a path and lists may be short", async () => {
  await withServer(
    (_, response) => json(response, 200, {}),
    async (url, requests) => {
      const { jobs, portraits } = new MienClient({ baseUrl: url });
      await jobs.get("../a/b?c");
      await jobs.list({ limit: 7 });
      assert.deepEqual(
        requests.map(({ path }) => path),
        ["/v1/jobs/..%2Fa%2Fb%3Fc", "/v1/jobs?limit=7"],
      );
      for (const name of ["", ".", ".."])
        await assert.rejects(portraits.delete(name), MienInputError);
      assert.equal(requests.length, 2);
    },
  );
});

test("the key is sent, and never logged", async (context) => {
  const log = context.mock.method(console, "log", () => undefined);
  await withServer(
    (_, response) => json(response, 200, { version: "1" }),
    async (url, requests) => {
      await new MienClient({ baseUrl: `${url}/`, apiKey: "secret", enableLogging: true }).version();
      assert.equal(requests[0]?.headers.authorization, "Bearer secret");
      assert.equal(requests[0]?.path, "/v1/version");
    },
  );
  const [line] = log.mock.calls.map((call) => String(call.arguments[0]));
  assert.match(line ?? "", /^\[mien\] GET \/v1\/version: 200 in \d+ ms$/);
});

test("a portrait is sent once, and again when the service has forgotten it", async () => {
  let forgotten = false;
  await withServer(
    (seen, response) => {
      const byHash = seen.body.includes('name="image_hash"');
      if (byHash && forgotten) json(response, 404, { code: "not-found" });
      else json(response, 200, { latency_ms: 1.5 });
    },
    async (url, requests) => {
      const client = createLivePortraitClient({ baseUrl: url });
      const sent = (): string[] =>
        requests
          .splice(0)
          .map(({ body }) => (body.includes('name="source_image"') ? "file" : "hash"));
      assert.equal(
        (await client.render({ sourceImage: PICTURE, emotion: "happy" })).latencyMs,
        1.5,
      );
      assert.deepEqual(sent(), ["file"]);
      await client.render({ sourceImage: new Blob([PICTURE]), width: undefined });
      assert.deepEqual(sent(), ["hash"]);
      forgotten = true;
      await client.render({ sourceImage: PICTURE.buffer });
      assert.deepEqual(sent(), ["hash", "file"]);
      await client.render({ sourceImage: new Uint8Array([4]) });
      assert.deepEqual(sent(), ["file"]);
    },
  );
});

test("what cannot be sent is told before anything is sent", async () => {
  const client = createLivePortraitClient({ baseUrl: "http://127.0.0.1:9" });
  await assert.rejects(client.render({ sourceImage: "/no/such/portrait.png" }), MienInputError);
  await assert.rejects(client.render({ sourceImage: 7 as unknown as string }), MienInputError);
  const odd = createLivePortraitClient({ baseUrl: "http://127.0.0.1:9", apiKey: "new\nline" });
  await assert.rejects(odd.health(), MienInputError);
  assert.throws(() => createLivePortraitClient({ baseUrl: "localhost:8001" }), MienInputError);
  assert.throws(
    () => createLivePortraitClient({ baseUrl: "http://x", timeout: 0 }),
    MienInputError,
  );
});

test("a wait doubles up to five seconds and is spread over its upper half", () => {
  assert.deepEqual(
    [0, 1, 2, 9].map((attempt) => backoff(attempt, 1)),
    [200, 400, 800, 5000],
  );
  assert.equal(backoff(0, 0), 100);
});

test("what is not repeatable is made again only if it surely was not done", () => {
  const refused = new Error("x", {
    cause: Object.assign(new Error("y"), { code: "ECONNREFUSED" }),
  });
  const answer = (status: number, retryAfterMs?: number): MienApiError =>
    new MienApiError({ status, code: "c", detail: "d", retryAfterMs });
  const delay = (error: MienApiError | MienConnectionError): number | undefined =>
    retryDelay(error, 0, false, 1);
  assert.equal(delay(new MienConnectionError("x", refused)), 200);
  assert.equal(delay(new MienConnectionError("x", new Error("reset"))), undefined);
  assert.equal(delay(answer(503)), undefined);
  assert.equal(delay(answer(503, 7)), 7);
  assert.equal(delay(answer(500, 7)), undefined);
});

test("Retry-After is seconds or a date", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  assert.equal(retryAfter("3", now), 3000);
  assert.equal(retryAfter("Thu, 01 Jan 2026 00:00:02 GMT", now), 2000);
  assert.equal(retryAfter("Thu, 01 Jan 2020 00:00:02 GMT", now), 0);
  assert.equal(retryAfter("soon", now), undefined);
  assert.equal(retryAfter(null, now), undefined);
});
