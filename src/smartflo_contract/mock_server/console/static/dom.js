// Elements. Text from the API is only ever set as text: nothing here parses HTML.

/** Return an element. `properties` are attributes, except `on`: event name to listener. Falsy children are left out. */
export function element(name, properties = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "on") {
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    } else if (value === true) {
      node.setAttribute(key, "");
    } else if (value !== false && value !== null && value !== undefined) {
      node.setAttribute(key, value);
    }
  }
  node.append(...children.flat().filter((child) => child || child === 0).map(asNode));
  return node;
}

function asNode(child) {
  return child instanceof Node ? child : document.createTextNode(String(child));
}

/** Return a button that disables itself while its action runs. A failed action is shown as a message. */
export function button(label, action, properties = {}) {
  const node = element("button", { type: "button", ...properties }, label);
  node.addEventListener("click", () => run(node, action));
  return node;
}

async function run(node, action) {
  node.disabled = true;
  try {
    await action();
  } catch (error) {
    showMessage(error.message, "error");
  } finally {
    node.disabled = false;
  }
}

/** Return a label around a control. */
export function field(label, control) {
  return element("label", { class: "field" }, element("span", {}, label), control);
}

/** Return a select. `options` are values, or pairs of value and label. */
export function select(options, value, onChange) {
  const node = element("select", {}, options.map((option) => {
    const [key, label] = Array.isArray(option) ? option : [option, option];
    return element("option", { value: key, selected: key === value }, label);
  }));
  node.addEventListener("change", async () => {
    try {
      await onChange(node.value);
    } catch (error) {
      showMessage(error.message, "error");
    }
  });
  return node;
}

/** Return a table of rows of cells. A cell is text, a node or an array of them. */
export function table(caption, titles, rows, properties = {}) {
  const head = element("tr", {}, titles.map((title) => element("th", { scope: "col" }, title)));
  const body = rows.map((cells) => element("tr", {}, cells.map((cell) => element("td", {}, cell))));
  return scrollable(caption, element(
    "table", properties,
    element("caption", { class: "hidden" }, caption), element("thead", {}, head), element("tbody", {}, body),
  ));
}

/** Return a region that scrolls sideways, also with the keyboard. */
export function scrollable(label, ...children) {
  return element("div", { class: "scroll", role: "region", "aria-label": label, tabindex: "0" }, ...children);
}

/** Return what a page shows where there is nothing: what it would show, and what to do. */
export function emptyState(title, ...advice) {
  return element("div", { class: "empty" }, element("h2", {}, title), advice.map((part) =>
    part instanceof Node ? part : element("p", {}, part)));
}

/** Return the labels of evidence; their sources are in the text for screen readers and in the tooltip. */
export function evidenceBadges(evidence) {
  const labels = typeof evidence === "string" ? Object.fromEntries(evidence.split(", ").map((label) => [label, ""]))
    : evidence ?? {};
  return Object.entries(labels).flatMap(([label, source]) => [element(
    "span", { class: `badge ${EVIDENCE.has(label) ? label : ""}`, title: source || null }, label,
  ), " "]);
}

const EVIDENCE = new Set(["documented", "sample", "observed", "assumed"]);

/** Return the status of a response as a badge, whose color is that of its class. */
export function statusBadge({ status }) {
  if (status === null) return element("span", { class: "badge s5" }, "reset");
  return element("span", { class: `badge s${Math.floor(status / 100)}` }, status);
}

/** Return a definition list. Pairs whose value is empty are left out. */
export function definitions(...pairs) {
  return element("dl", {}, pairs.filter(([, value]) => value !== null && value !== undefined && value !== "")
    .map(([term, value]) => element("div", {}, element("dt", {}, term), element("dd", {}, value))));
}

/** Return text as preformatted code. */
export function code(text, label) {
  return element("pre", { tabindex: "0", role: "region", "aria-label": label }, element("code", {}, text));
}

/** Show a message for a few seconds; screen readers read it. */
export function showMessage(text, kind = "info") {
  const message = element("p", { class: `message ${kind}` }, text);
  document.getElementById("messages").append(message);
  setTimeout(() => message.remove(), kind === "error" ? 10_000 : 4_000);
}

/** Return a time of the day, to milliseconds, in the time zone of the browser. */
export function formatTime(milliseconds) {
  const time = new Date(milliseconds);
  const clock = time.toLocaleTimeString("en-GB", { hour12: false });
  return element("time", { datetime: time.toISOString(), title: time.toISOString() },
    `${clock}.${String(time.getMilliseconds()).padStart(3, "0")}`);
}

/** Return an integer with separators. */
export function formatNumber(number) {
  return number.toLocaleString("en-US");
}
