// Recorded requests as they arrive: as server-sent events, or by polling if too many clients receive events.

import { call, send, session } from "./api.js";

const POLL_MILLISECONDS = 2_000;
const MAX_RETRY_MILLISECONDS = 10_000;
const EVENTS_TYPE = "text/event-stream";

/**
 * Receive requests until the signal is aborted.
 *
 * `listener.requests(entries)` gets new entries, oldest first; `listener.oldest(id)` the id of the oldest entry that is
 * still recorded, `null` for none; `listener.state(text)` how requests are received.
 */
export async function receiveRequests(after, listener, signal) {
  let last = after;
  let retry = 0;
  const receive = (entries) => {
    if (entries.length === 0) return;
    last = entries.at(-1).id;
    listener.requests(entries);
  };
  while (!signal.aborted) {
    try {
      const response = await send("GET", "/requests", {
        parameters: { account: session.account, after: last }, headers: { Accept: EVENTS_TYPE }, signal,
      });
      listener.state("Live");
      retry = 0;
      await readEvents(response, { request: (entry) => receive([entry]), oldest: listener.oldest });
    } catch (error) {
      if (signal.aborted) return;
      if (error.status === 503 && await poll(last, receive, listener, signal)) continue;
      if (error.needsToken || error.status === 409) throw error;
      listener.state("Not connected. Trying again…");
      retry = Math.min((retry || 500) * 2, MAX_RETRY_MILLISECONDS);
      await pause(retry, signal);
    }
  }
}

/** Request new entries once, and wait. Return whether that succeeded. */
async function poll(after, receive, listener, signal) {
  try {
    const page = await call("GET", "/requests", { parameters: { after, limit: 1000 }, signal });
    const oldest = await call("GET", "/requests", { parameters: { limit: 1 }, signal });
    receive(page.requests);
    listener.oldest(oldest.requests[0]?.id ?? null);
  } catch {
    return false;
  }
  listener.state("Every 2 s: other consoles receive events");
  await pause(POLL_MILLISECONDS, signal);
  return true;
}

async function readEvents(response, listeners) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let unread = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const events = (unread + value).split("\n\n");
    unread = events.pop();
    for (const event of events) {
      const fields = Object.fromEntries(event.split("\n").map((line) => {
        const colon = line.indexOf(": ");
        return [line.slice(0, colon), line.slice(colon + 2)];
      }));
      listeners[fields.event]?.(JSON.parse(fields.data));
    }
  }
}

function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}
