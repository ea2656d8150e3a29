// The leads of one list: a page of them at a time, or those that contain a text.

import { callForOne } from "./api.js";
import { button, element, emptyState, evidenceBadges, field, formatNumber, scrollable } from "./dom.js";
import { addLead, deleteLead, editLead } from "./lead-form.js";

const PAGE_LEADS = 50;
const STATUS_KEYS = ["dial_status", "dialer_dial_status"];

export class LeadsView {
  constructor(container, id, onError) {
    this.id = id;
    this.onError = onError;
    this.abort = new AbortController();
    this.offset = 0;
    this.text = "";
    this.search = new AbortController();
    this.abort.signal.addEventListener("abort", () => this.search.abort());
    const text = element("input", { type: "search", placeholder: "any value of a lead" });
    text.addEventListener("input", () => this.filter(text.value));
    this.heading = element("h2");
    this.position = element("span", { class: "state", role: "status" });
    this.leads = element("div");
    this.pages = element("div", { class: "buttons" });
    this.nodes = [element("a", { href: "#/lists" }, "All lists"), this.heading,
      element("div", { class: "toolbar" }, field("Filter", text),
        button("Add lead", async () => {
          if (await addLead(this)) await this.last();
        }), this.pages, this.position), this.leads];
    this.container = container;
  }

  async start() {
    const contract = await callForOne("GET", "/contract");
    this.properties = contract.$defs.lead.properties;
    await this.load();
    this.container.append(...this.nodes);
  }

  /** Read the list and the current page again. */
  async load() {
    this.list = await callForOne("GET", `/lists/${this.id}`);
    this.heading.textContent = `${this.list.name} (${this.list.id})`;
    if (this.text) return this.find();
    this.offset = Math.max(0, Math.min(this.offset, this.list.size - 1));
    const page = await this.read({ offset: this.offset, limit: PAGE_LEADS });
    const end = this.offset + page.leads.length;
    this.position.textContent = page.leads.length
      ? `${formatNumber(this.offset + 1)} to ${formatNumber(end)} of ${formatNumber(this.list.size)} leads` : "";
    this.showPages();
    return this.show(page);
  }

  read(parameters, signal = this.abort.signal) {
    return callForOne("GET", `/lists/${this.id}/leads`, { parameters: { details: "true", ...parameters }, signal });
  }

  showPages() {
    const lastPage = Math.max(0, Math.ceil(this.list.size / PAGE_LEADS) - 1);
    const page = Math.floor(this.offset / PAGE_LEADS);
    const go = (number) => () => this.goTo(number * PAGE_LEADS);
    const number = element("input", { type: "number", min: 1, max: lastPage + 1, value: page + 1, size: 8 });
    number.addEventListener("change", () => go(Math.min(Math.max(number.value, 1), lastPage + 1) - 1)().catch(this.onError));
    this.pages.replaceChildren(
      button("First", go(0)), button("Previous", go(Math.max(0, page - 1))),
      field(`Page of ${formatNumber(lastPage + 1)}`, number),
      button("Next", go(Math.min(lastPage, page + 1))), button("Last", go(lastPage)),
    );
  }

  async goTo(offset) {
    this.offset = offset;
    await this.load();
  }

  async last() {
    this.list = await callForOne("GET", `/lists/${this.id}`);
    await this.goTo(Math.max(0, Math.floor((this.list.size - 1) / PAGE_LEADS) * PAGE_LEADS));
  }

  filter(text) {
    this.text = text;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.load().catch(this.onError), 250);
  }

  /** Search the list in parts, and show what was found so far. */
  async find() {
    this.search.abort();
    this.search = new AbortController();
    const { signal } = this.search;
    const found = { leads: [], findings: [], column_keys: [] };
    this.pages.replaceChildren();
    try {
      for (let offset = 0; offset !== null && found.leads.length < PAGE_LEADS;) {
        const limit = PAGE_LEADS - found.leads.length;
        const page = await this.read({ contains: this.text, offset, limit }, signal);
        found.leads.push(...page.leads);
        found.findings.push(...page.findings);
        found.column_keys = page.column_keys;
        offset = page.next_offset;
        const searched = offset === null ? `all ${formatNumber(this.list.size)}` : formatNumber(offset);
        this.position.textContent = `${found.leads.length} found in ${searched} leads`;
        this.show(found);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  show({ leads, findings, column_keys: keys }) {
    if (!leads.length) {
      this.leads.replaceChildren(this.text
        ? emptyState("No lead contains this text", "Change the filter; it is compared with every value of a lead.")
        : emptyState("This list has no leads", "Add one."));
      return;
    }
    const columns = keys.map((key, position) => ({ key, title: this.list.columns[position] ?? key }));
    const titles = ["Actions", "Lead id", "Findings",
      ...columns.map(({ title }, position) => this.title(title, position)), ...STATUS_KEYS];
    const rows = leads.map((lead, index) => this.row(lead, findings[index], columns));
    this.leads.replaceChildren(scrollable("Leads", element("table", { class: "leads" },
      element("caption", { class: "hidden" }, `Leads of list ${this.id}`),
      element("thead", {}, element("tr", {}, titles.map((title) => element("th", { scope: "col" }, title)))),
      element("tbody", {}, rows))));
  }

  title(name, position) {
    const isSensitive = this.sensitive().includes(position);
    return [name, isSensitive ? element("span", { class: "badge", title: "sensitive_field_map names this column" }, "sensitive") : ""];
  }

  sensitive() {
    return this.list.sensitive ?? [];
  }

  row(lead, findings, columns) {
    const actions = [
      button("Edit", async () => {
        if (await editLead(this, lead, columns)) await this.load();
      }, { "aria-label": `Edit lead ${lead.lead_id}` }),
      button("Delete", async () => {
        if (await deleteLead(lead)) await this.load();
      }, { "aria-label": `Delete lead ${lead.lead_id}` }),
    ];
    const cells = [...columns.map(({ key }) => shown(lead[key])), ...STATUS_KEYS.map((key) => this.status(key, lead[key]))];
    return element("tr", { class: findings.some(({ severity }) => severity === "break") ? "broken" : "" },
      element("td", {}, element("span", { class: "actions" }, actions)), element("td", {}, shown(lead.lead_id)),
      element("td", { class: "findings" }, findings.map(findingNode)), cells.map((cell) => element("td", {}, cell)));
  }

  /** Return a status with its label. */
  status(key, value) {
    const known = this.properties[key]?.["x-known-values"] ?? [];
    const label = known.find((candidate) => candidate.value === value)?.label;
    return [shown(value), label ? ` ${label}` : element("span", { class: "badge surprise" }, "unknown")];
  }
}

/** Return a finding: where, what, what is expected, and why. */
export function findingNode(finding) {
  return element("div", { class: "finding" },
    element("span", { class: `badge ${finding.severity}` }, finding.severity),
    element("code", {}, finding.pointer.replace(/^\/\*\//, "") || "body"), ` ${finding.message} `,
    ...evidenceBadges(finding.evidence));
}

/** Return a JSON value as text; what is no string is written as JSON. */
function shown(value) {
  if (value === undefined) return element("i", {}, "missing");
  return typeof value === "string" ? value : JSON.stringify(value);
}
