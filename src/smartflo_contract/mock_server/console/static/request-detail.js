// One request: what was sent, what was answered, why, and commands that send it again.

import { call, callForFake } from "./api.js";
import { button, code, definitions, element, evidenceBadges, formatNumber, formatTime, showMessage, statusBadge, table } from "./dom.js";
import { curlCommand, pytestFunction } from "./snippets.js";

const EVIDENCE_TEXTS = {
  documented: "the vendor's pages describe it",
  sample: "the vendor's sample response shows it",
  observed: "public client code expects it",
  assumed: "a decision of this fake: neither the vendor's pages nor public clients show it",
};

export async function requestDetail(container, entry) {
  const { response } = entry;
  const why = element("div");
  container.append(
    element("a", { class: "back", href: "#/requests" }, "Close"),
    element("h2", {}, `${entry.method} ${entry.path}`),
    element("p", {}, statusBadge(response), " ", formatTime(entry.time), ` · account ${entry.account ?? "none"}`),
    element("h3", {}, "Why this answer"), why,
    element("h3", {}, "Send it again"), snippets(entry),
    element("h3", {}, "Request"),
    definitions(["Route", entry.route ?? "none"]),
    namesAndValues("Query", entry.query), namesAndValues("Request headers", entry.headers),
    bodyOf("Request body", entry.body, entry.body_bytes),
    element("h3", {}, "Response"),
    namesAndValues("Response headers", response.headers), bodyOf("Response body", response.body, response.bytes),
  );
  why.append(...await reasons(entry));
}

/** Return what decided about the response. */
async function reasons(entry) {
  const { evidence, reason, fault, mutant, quirks } = entry.response;
  const parts = [];
  if (fault) {
    const { kinds } = await call("GET", "/faults");
    const kind = kinds.find(({ name }) => name === fault);
    parts.push(["Fault", [element("b", {}, fault), `: ${kind?.why ?? "the vendor's error with this status"}`]]);
  }
  if (mutant) parts.push(["Mutant", [element("b", {}, mutant), ": a change of the API, as `smartflo-contract mutants` lists"]]);
  if (Object.keys(quirks).length) {
    const known = await call("GET", "/quirks");
    for (const [name, value] of Object.entries(quirks)) {
      const quirk = known.find((candidate) => candidate.name === name);
      parts.push(["Quirk", [element("b", {}, `${name} = ${value}`), ` ${quirk?.why ?? ""} `,
        ...evidenceBadges(quirk?.evidence)]]);
    }
  }
  if (reason) parts.push(["Reason", reason]);
  if (entry.route === null) parts.push(["Nearest route", await nearMiss(entry)]);
  if (evidence) {
    parts.push(["Evidence", evidence.split(", ").map((label) => [...evidenceBadges(label),
      ` ${EVIDENCE_TEXTS[label] ?? ""}`]).flat()]);
  }
  return [definitions(...parts)];
}

/** Return the nearest route of the vendor, with the parts of it that differ. */
async function nearMiss(entry) {
  const { requests } = await call("GET", "/requests/unmatched", { parameters: { after: entry.id - 1, limit: 1 } });
  const nearest = requests[0]?.id === entry.id ? requests[0].nearest_route : null;
  if (!nearest) return "none";
  const [method, path] = nearest.route.split(" ");
  const sent = entry.path.split("/").slice(1);
  const segments = path.split("/").slice(1).flatMap((segment, index) => {
    const isSame = segment === sent[index] || (/^\{.*\}$/.test(segment) && sent[index]);
    return ["/", isSame ? segment : element("mark", {}, segment)];
  });
  const answered = nearest.answered ? "" : " (the fake does not simulate it)";
  return [method === entry.method ? method : element("mark", {}, method), " ", ...segments, answered];
}

function snippets(entry) {
  const shown = element("div");
  const copy = async (text, label) => {
    shown.replaceChildren(code(text, label));
    try {
      await navigator.clipboard.writeText(text);
      showMessage(`Copied: ${label}`);
    } catch { // only pages of this machine and of HTTPS may write to the clipboard
      shown.prepend(element("p", {}, "Select and copy:"));
    }
  };
  return element("div", {}, element("div", { class: "buttons" },
    button("Copy as curl", () => copy(curlCommand(entry, location.origin), "curl command")),
    button("Copy as pytest", async () => {
      const { kinds } = await callForFake("GET", "/faults");
      await copy(pytestFunction(entry, kinds.map(({ name }) => name)), "pytest function");
    })), shown);
}

function namesAndValues(title, values) {
  const rows = Object.entries(values).map(([name, value]) => [name, [value].flat().join(", ")]);
  return rows.length ? table(title, ["Name", "Value"], rows) : "";
}

function bodyOf(title, body, bytes) {
  if (body !== null) return code(JSON.stringify(body, null, 2), title);
  if (!bytes) return "";
  return element("p", {}, `${title}: ${formatNumber(bytes)} bytes, not recorded.`);
}
