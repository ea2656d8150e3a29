// Recorded requests, live: newest first, with a filter, and one of them open.

import { call } from "./api.js";
import { button, code, element, emptyState, evidenceBadges, field, formatNumber, formatTime, select, statusBadge } from "./dom.js";
import { receiveRequests } from "./events.js";
import { requestDetail } from "./request-detail.js";
import { VirtualTable } from "./virtual-table.js";

const PAGE_ENTRIES = 1000;
const STATUSES = [
  ["", "All"], ["2", "2xx"], ["3", "3xx"], ["4", "4xx"], ["5", "5xx"], ["none", "No response"],
  ["unmatched", "No route"], ["fault", "Faults"],
];

export function requestsPage(container, [id], onError) {
  const page = new RequestsPage(container, onError);
  requestsPage.move = ([next]) => {
    page.open(next);
    return true;
  };
  page.start(id).catch(onError);
  return () => page.abort.abort();
}

class RequestsPage {
  constructor(container, onError) {
    this.container = container;
    this.onError = onError;
    this.abort = new AbortController();
    this.abort.signal.addEventListener("abort", () => this.receiving?.abort());
    this.entries = []; // newest first
    this.text = "";
    this.status = "";
    this.table = new VirtualTable("Requests, newest first", COLUMNS, (entry) => entry.id);
    this.state = element("span", { class: "state", role: "status" }, "Loading…");
    this.count = element("span", { class: "count" });
    this.detail = element("section", { class: "detail", "aria-label": "Request" });
    this.empty = element("div");
    const text = element("input", { type: "search", placeholder: "path, method, status, reason" });
    text.addEventListener("input", () => {
      this.text = text.value.toLowerCase();
      this.show();
    });
    const status = select(STATUSES, "", (value) => {
      this.status = value;
      this.show();
    });
    container.append(
      element("div", { class: "toolbar" }, field("Filter", text), field("Status", status),
        button("Delete all", () => this.clear()), this.count, this.state),
      this.split = element("div", { class: "split" },
        this.list = element("div", { class: "list" }, this.table.node, this.empty), this.detail),
    );
  }

  async start(id) {
    const first = await this.read({ limit: 200 });
    this.entries = first.requests;
    this.show();
    this.open(id);
    this.readOlder(first).catch(this.onError);
    document.addEventListener("visibilitychange", () => this.receive(), { signal: this.abort.signal });
    this.receive();
  }

  /** Receive new requests while the page is visible: each stream holds a thread of the fake. */
  receive() {
    this.receiving?.abort();
    if (document.hidden) return;
    this.receiving = new AbortController();
    receiveRequests(this.entries[0]?.id ?? 0, {
      requests: (entries) => {
        this.arrived = [...(this.arrived ?? []), ...entries];
        this.frame ??= requestAnimationFrame(() => this.add());
      },
      oldest: (oldest) => this.forget(oldest),
      state: (text) => {
        if (this.state.textContent !== text) this.state.textContent = text;
      },
    }, this.receiving.signal).catch(this.onError);
  }

  add() {
    this.frame = undefined;
    const newest = this.entries[0]?.id ?? 0;
    const added = this.arrived.filter((entry) => entry.id > newest).reverse();
    this.arrived = [];
    this.entries = [...added, ...this.entries];
    this.show(added.filter((entry) => this.matches(entry)).length);
  }

  /** Remove the requests that are no longer recorded: a fake keeps a limited number, and anybody may delete them. */
  forget(oldest) {
    if (this.arrived?.length) this.add();
    const last = this.entries.at(-1)?.id ?? 0;
    if (this.entries.length && (oldest === null || last < oldest)) {
      this.entries = oldest === null ? [] : this.entries.filter((entry) => entry.id >= oldest);
      this.show();
    }
  }

  read(parameters) {
    return call("GET", "/requests", {
      parameters: { order: "newest", ...parameters }, signal: this.abort.signal,
    });
  }

  async readOlder(page) {
    let { requests } = page;
    let missing = page.total - requests.length;
    while (missing > 0 && requests.length) {
      const older = await this.read({ before: requests.at(-1).id, limit: PAGE_ENTRIES });
      requests = older.requests;
      const last = this.entries.at(-1)?.id ?? Infinity;
      this.entries = this.entries.concat(requests.filter((entry) => entry.id < last));
      missing = older.total - requests.length;
      this.show();
    }
  }

  async clear() {
    await call("DELETE", "/requests");
    this.entries = [];
    this.show();
  }

  matches(entry) {
    const { status, fault } = entry.response;
    const kinds = { none: status === null, unmatched: entry.route === null, fault: fault !== null };
    if (this.status && !(kinds[this.status] ?? Math.floor(status / 100) === Number(this.status))) return false;
    if (!this.text) return true;
    const text = `${entry.method} ${entry.path} ${status} ${entry.response.reason ?? ""} ${entry.account ?? ""}`;
    return text.toLowerCase().includes(this.text);
  }

  show(added = 0) {
    const rows = this.text || this.status ? this.entries.filter((entry) => this.matches(entry)) : this.entries;
    this.table.show(rows, added);
    const total = formatNumber(this.entries.length);
    this.count.textContent = rows.length === this.entries.length ? `${total} requests`
      : `${formatNumber(rows.length)} of ${total} requests`;
    this.table.node.hidden = rows.length === 0;
    this.empty.replaceChildren(...(rows.length ? [] : [this.emptyState()]));
  }

  emptyState() {
    if (this.entries.length) return emptyState("No request matches", "Change the filter or the status.");
    const example = `curl ${location.origin}/v1/broadcast/leads/8668 --header 'Authorization: Bearer any-text'`;
    return emptyState("No requests yet", "Send one, or point your client at this fake. It appears here at once.",
      code(example, "Example request"));
  }

  open(id) {
    const entry = this.entries.find((candidate) => String(candidate.id) === id);
    this.split.classList.toggle("open", Boolean(entry));
    this.table.select(entry?.id ?? null);
    this.detail.replaceChildren();
    if (id && !entry) this.state.textContent = `Request ${id} is no longer recorded.`;
    if (entry) requestDetail(this.detail, entry).catch(this.onError);
  }
}

const COLUMNS = [
  { title: "Time", name: "time", cell: (entry) => formatTime(entry.time) },
  { title: "Method", name: "method", cell: (entry) => entry.method },
  { title: "Path", name: "path", cell: (entry) => element("a", { href: `#/requests/${entry.id}` }, entry.path) },
  { title: "Status", name: "status", cell: (entry) => statusBadge(entry.response) },
  { title: "Why", name: "why", cell: (entry) => reasonOf(entry) },
  { title: "Account", name: "account", cell: (entry) => entry.account ?? "none" },
];

function reasonOf({ route, response: { fault, mutant, quirks, reason, evidence } }) {
  if (fault) return element("span", {}, "fault ", element("b", {}, fault));
  if (mutant) return element("span", {}, "mutant ", element("b", {}, mutant));
  const names = Object.keys(quirks);
  if (names.length) return element("span", {}, "quirk ", element("b", {}, names.join(", ")));
  return reason ?? (route === null ? "no route" : evidenceBadges(evidence ?? {})[0] ?? "");
}
