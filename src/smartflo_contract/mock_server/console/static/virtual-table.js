// A table that has elements for visible rows only, so that any number of rows scrolls smoothly.

import { element } from "./dom.js";

const ROW_PIXELS = 34;
const ROWS_AROUND = 8;

/** `columns` are `{title, name, cell}`, where `cell(row)` returns text or a node; `label` names the table. */
export class VirtualTable {
  constructor(label, columns, keyOf) {
    this.columns = columns;
    this.keyOf = keyOf;
    this.rows = [];
    this.selected = null;
    this.nodes = new Map();
    this.top = element("tr", { class: "space", "aria-hidden": "true" });
    this.bottom = element("tr", { class: "space", "aria-hidden": "true" });
    this.body = element("tbody", {}, this.top, this.bottom);
    const titles = columns.map(({ title, name }) => element("th", { scope: "col", class: name }, title));
    this.table = element("table", { class: "virtual" },
      element("caption", { class: "hidden" }, label), element("thead", {}, element("tr", {}, titles)), this.body);
    this.node = element("div", {
      class: "viewport", role: "region", "aria-label": label, tabindex: "0",
      on: { scroll: () => this.schedule(), keydown: (event) => this.move(event) },
    }, this.table);
    new ResizeObserver(() => this.schedule()).observe(this.node);
  }

  /** Show rows. `added` is how many were added above those before: what a reader looks at stays where it is. */
  show(rows, added = 0) {
    this.rows = rows;
    this.table.setAttribute("aria-rowcount", rows.length + 1);
    if (added && this.node.scrollTop > 0) {
      this.resize(0, rows.length);
      this.node.scrollTop += added * ROW_PIXELS;
    }
    this.schedule();
  }

  /** Mark one row as the one that is open. */
  select(key) {
    this.selected = key;
    for (const [other, node] of this.nodes) node.classList.toggle("open", other === key);
  }

  schedule() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.render();
    });
  }

  render() {
    const first = Math.max(0, Math.floor(this.node.scrollTop / ROW_PIXELS) - ROWS_AROUND);
    const count = Math.ceil((this.node.clientHeight || ROW_PIXELS) / ROW_PIXELS) + 2 * ROWS_AROUND;
    const start = Math.min(first, Math.max(0, this.rows.length - count));
    const visible = this.rows.slice(start, start + count);
    const nodes = new Map(visible.map((row, offset) => [this.keyOf(row), this.rowNode(row, start + offset)]));
    for (const [key, node] of this.nodes) if (nodes.get(key) !== node) node.remove();
    let next = this.top.nextSibling;
    for (const node of nodes.values()) {
      if (node === next) next = next.nextSibling;
      else this.body.insertBefore(node, next);
    }
    this.nodes = nodes;
    this.resize(start, this.rows.length - start - visible.length);
  }

  resize(above, below) {
    this.top.style.height = `${above * ROW_PIXELS}px`;
    this.bottom.style.height = `${below * ROW_PIXELS}px`;
  }

  rowNode(row, index) {
    const known = this.nodes.get(this.keyOf(row));
    const node = known?.row === row ? known : element("tr", {
      class: this.keyOf(row) === this.selected ? "open" : "",
      on: { click: (event) => event.target.closest("a") ?? node.querySelector("a")?.click() },
    }, this.columns.map(({ name, cell }) => element("td", { class: name }, cell(row))));
    node.row = row;
    node.setAttribute("aria-rowindex", index + 2);
    return node;
  }

  /** Move the focus between the links of rows by arrow keys. */
  move(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const node = document.activeElement?.closest("tr");
    if (!step || !node || !this.body.contains(node)) return;
    const sibling = step > 0 ? node.nextElementSibling : node.previousElementSibling;
    const link = sibling?.querySelector("a");
    if (!link) return;
    event.preventDefault();
    link.focus();
    link.scrollIntoView({ block: "nearest" });
  }
}
