import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { test } from "node:test";

import {
  MienAbortError,
  MienApiError,
  MienClient,
  MienConnectionError,
  MienJobError,
} from "mien-client";

import { json, withServer } from "./tiny-server.js";

function events(response: ServerResponse, ...jobs: [number, object][]): void {
  response.writeHead(200, { "Content-Type": "text/event-stream" });
  for (const [id, job] of jobs)
    response.write(`event: state\nid: ${id}\ndata: ${JSON.stringify(job)}\n\n`);
}

async function states(url: string, retries = 3, timeout = 30_000): Promise<string[]> {
  const seen: string[] = [];
  const client = new MienClient({ baseUrl: url, retries, timeout });
  for await (const job of client.jobs.progress("j")) seen.push(job.state);
  return seen;
}

test("a broken connection is taken up after the last event that came", async () => {
  await withServer(
    (_, response, number) => {
      if (number === 1) {
        events(response, [1, { state: "queued" }], [2, { state: "running" }]);
        setImmediate(() => response.destroy());
      } else {
        events(response, [3, { state: "succeeded" }]);
      }
    },
    async (url, requests) => {
      assert.deepEqual(await states(url), ["queued", "running", "succeeded"]);
      assert.deepEqual(
        requests.map(({ headers }) => headers["last-event-id"]),
        [undefined, "2"],
      );
      assert.equal(requests[0]?.path, "/v1/jobs/j/events");
      assert.equal(requests[0]?.headers.accept, "text/event-stream");
    },
  );
});

test("silence is not the end: the service is asked again", async () => {
  await withServer(
    (_, response, number) => {
      if (number < 4) events(response, [number, { state: "queued" }]);
      else events(response, [number, { state: "succeeded" }]);
    },
    async (url) => assert.equal((await states(url, 1, 40)).at(-1), "succeeded"),
  );
});

test("a job that ended unheard is asked for", async () => {
  await withServer(
    (seen, response) => {
      if (seen.path.endsWith("/events")) response.writeHead(204).end();
      else json(response, 200, { id: "j", state: "cancelled" });
    },
    async (url) => assert.deepEqual(await states(url), ["cancelled"]),
  );
});

test("a service that always breaks off is given up", async () => {
  await withServer(
    (seen, response) => {
      if (seen.path.endsWith("/events")) response.writeHead(200).end();
      else json(response, 200, { id: "j", state: "running" });
    },
    async (url) => assert.rejects(states(url, 1, 300), MienConnectionError),
  );
});

test("a job that is not there is told at once", async () => {
  await withServer(
    (_, response) => json(response, 404, { code: "not-found", detail: "no such job" }),
    async (url, requests) => {
      await assert.rejects(states(url), MienApiError);
      assert.equal(requests.length, 1);
    },
  );
});

test("a signal ends following", async () => {
  await withServer(
    (_, response) => events(response, [1, { state: "running" }]),
    async (url) => {
      const stopping = new AbortController();
      const { jobs } = new MienClient({ baseUrl: url });
      await assert.rejects(async () => {
        for await (const job of jobs.progress("j", { signal: stopping.signal })) {
          assert.equal(job.state, "running");
          stopping.abort();
        }
      }, MienAbortError);
    },
  );
});

test("leaving the loop hangs up", async () => {
  let hungUp = (): void => undefined;
  const closed = new Promise<void>((resolve) => (hungUp = resolve));
  await withServer(
    (_, response) => {
      response.on("close", hungUp);
      events(response, [1, { state: "running" }]);
    },
    async (url) => {
      for await (const job of new MienClient({ baseUrl: url }).jobs.progress("j")) {
        assert.equal(job.state, "running");
        break;
      }
      await closed;
    },
  );
});

test("waiting tells of progress, and of failure with its reason", async () => {
  const problem = { status: 422, code: "no-face", detail: "portrait: no face was found" };
  await withServer(
    (_, response) => events(response, [1, { state: "running" }], [2, { state: "failed", problem }]),
    async (url) => {
      const told: string[] = [];
      const { jobs } = new MienClient({ baseUrl: url });
      const error = await jobs
        .wait("j", { told: ({ state }) => told.push(state) })
        .catch((e: unknown) => e);
      assert.ok(error instanceof MienJobError);
      assert.equal(error.code, "no-face");
      assert.equal(error.jobId, "j");
      assert.match(error.message, /job j failed: portrait: no face was found/);
      assert.deepEqual(told, ["running", "failed"]);
    },
  );
});
