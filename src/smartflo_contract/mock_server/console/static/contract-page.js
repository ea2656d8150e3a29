// The contract: keys, contradictions, coverage, and the mutants that survived.

import { call, callForFake } from "./api.js";
import { code, definitions, element, emptyState, evidenceBadges, field, table } from "./dom.js";
import { schemaText } from "./schema-text.js";

const PARTS = [
  { name: "keys", title: "Keys", show: showKeys },
  { name: "contradictions", title: "Contradictions", show: showContradictions },
  { name: "coverage", title: "Coverage", show: showCoverage },
  { name: "survivors", title: "Survivors", show: showSurvivors },
];

export async function contractPage(container, [name]) {
  const part = PARTS.find((candidate) => candidate.name === name) ?? PARTS[0];
  container.append(element("nav", { class: "parts", "aria-label": "Parts of the contract" }, PARTS.map((each) =>
    element("a", { href: `#/contract/${each.name}`, "aria-current": each === part ? "page" : null }, each.title))));
  await part.show(container);
}

async function showKeys(container) {
  const { profiles } = await call("GET", "/profile");
  const leads = await Promise.all(profiles.map(async (profile) => {
    const contract = await call("GET", "/contract", { parameters: { profile } });
    return contract.$defs.lead;
  }));
  const fields = (lead) => ({ ...lead.properties, ...Object.fromEntries(Object.values(lead.patternProperties ?? {})
    .map((schema) => ["field_0, field_1, …", schema])) });
  const keys = [...new Set(leads.flatMap((lead) => Object.keys(fields(lead))))];
  const rows = keys.map((key) => {
    const schemas = leads.map((lead) => fields(lead)[key]);
    const contradiction = schemas.find((schema) => schema?.["x-contradiction"])?.["x-contradiction"];
    return [
      [element("code", {}, key), contradiction ? element("a", {
        class: "badge surprise", href: "#/contract/contradictions", "aria-label": `Contradiction ${contradiction}`,
      }, "contradiction") : ""],
      ...schemas.map((schema, index) => cellText(schema, leads[index].required.includes(key) || key.startsWith("field_0"))),
      [schemas[0]?.description ?? "", " ", ...evidenceBadges(evidenceOf(schemas))],
    ];
  });
  container.append(
    element("p", {}, "What each profile requires of each key of a lead, and how that is known."),
    table("Keys of a lead", ["Key", ...profiles, "Meaning and evidence"], rows, { class: "keys" }),
  );
}

function cellText(schema, isRequired) {
  if (schema === undefined) return element("i", {}, "not allowed");
  return [schemaText(schema), isRequired ? "" : element("i", {}, " (optional)")];
}

/** Return the evidence in all schemas of a key, also that of its alternatives. */
function evidenceOf(schemas) {
  return Object.assign({}, ...schemas.filter(Boolean).flatMap((schema) => [
    schema["x-evidence"], ...(schema.anyOf ?? []).map((choice) => choice["x-evidence"])]));
}

async function showContradictions(container) {
  const contradictions = await callForFake("GET", "/contract/contradictions");
  container.append(
    element("p", {}, "Where the vendor's pages and sample disagree. The profile decides which reading applies."),
    ...contradictions.map((each) => element("article", { class: "card" }, element("h2", {}, each.title),
      element("div", { class: "sides" }, Object.entries(each.readings).map(([name, reading]) =>
        element("div", {}, element("h3", {}, name), element("p", {}, reading)))),
      definitions(["Keys", each.pointers.map((pointer) => pointer.replace("/*/", "")).join(", ")],
        ["Followed", each.followed], ["Evidence", Object.entries(each.evidence).map(([label, source]) =>
          [...evidenceBadges(label), `${source} `]).flat()]))),
  );
}

async function showCoverage(container) {
  let report;
  try {
    report = await call("GET", "/coverage");
  } catch (error) {
    if (error.status !== 409) throw error;
    container.append(emptyState("Value coverage is not recorded", error.message,
      code("smartflo-contract serve --coverage smartflo.cells", "Command")));
    return;
  }
  container.append(element("p", {}, `${report.total.served} of ${report.total.cells} cells were served (${report.total.percent} %). `
    + "A cell is a value or a kind of value that a client can tell apart."));
  for (const contract of report.contracts) {
    const keys = contract.keys.filter((each) => each.cells);
    const missing = keys.filter((each) => each.missing_cells.length);
    container.append(
      element("h2", {}, `${contract.name}: ${contract.served} of ${contract.cells}`),
      element("ul", { class: "heat", "aria-label": `Coverage of ${contract.name} by key` }, keys.map((each) =>
        element("li", { class: `level${Math.floor(each.percent / 25)}`, title: each.missing_cells.join(", ") || "all served" },
          each.key, element("b", {}, ` ${each.served}/${each.cells}`)))),
      missing.length ? table(`Missing cells of ${contract.name}`, ["Key", "Missing cells"],
        missing.map((each) => [element("code", {}, each.key), each.missing_cells.join(", ")]))
        : element("p", {}, "No cell is missing."),
    );
  }
}

function showSurvivors(container) {
  const result = element("div", { "aria-live": "polite" }, emptyState("No mutation report is loaded",
    "Load the JSON file of a mutation run. It stays in this page.",
    code("pytest --smartflo-mutate --smartflo-mutate-report=json:mutation.json", "Command")));
  const input = element("input", { type: "file", accept: ".json,application/json" });
  input.addEventListener("change", async () => {
    try {
      result.replaceChildren(...survivors(JSON.parse(await input.files[0].text())));
    } catch (error) {
      result.replaceChildren(emptyState("This file is no mutation report",
        `Expected JSON with mutants, as mutation-testing-elements reads it: ${error.message}`));
    }
  });
  container.append(field("Mutation report (JSON)", input), result);
}

function survivors(report) {
  const mutants = Object.entries(report.files).flatMap(([file, { mutants: all }]) => all.map((mutant) => ({ file, ...mutant })));
  const alive = mutants.filter(({ status }) => status === "Survived" || status === "NoCoverage");
  const rows = alive.map(({ id, file, status, description }) => [element("code", {}, id), file, status, description ?? ""]);
  return [
    element("p", {}, `${alive.length} of ${mutants.length} mutants survived: no test would notice these changes.`),
    rows.length ? table("Survivors", ["Mutant", "File", "Status", "Change"], rows) : "",
  ];
}
