// Drift: check a response, a HAR file or a cassette, and show the report. Nothing is stored.

import { call, callForFake } from "./api.js";
import { button, definitions, element, emptyState, evidenceBadges, field, formatNumber, select, showMessage, table } from "./dom.js";

export async function driftPage(container) {
  const { profiles } = await call("GET", "/profile");
  let profile = "lenient";
  const result = element("div", { "aria-live": "polite" }, emptyState("Nothing is checked yet",
    "Drop a response of GET /v1/broadcast/leads/{id}, a HAR file of a browser, or a cassette. It is checked by this fake, and not stored."));
  const text = element("textarea", { rows: 5, spellcheck: "false", placeholder: "[{\"id\": …}]" });
  const file = element("input", { type: "file" });
  let checked = null;
  const check = async (name, body) => {
    checked = { name, body };
    const report = await callForFake("POST", "/check", {
      parameters: { profile }, raw: body,
    });
    result.replaceChildren(...reportNodes(name, report));
  };
  const checkSafely = (name, body) => check(name, body).catch((error) => {
    result.replaceChildren(emptyState(`${name} cannot be checked`, error.message));
  });
  file.addEventListener("change", () => {
    if (file.files[0]) checkSafely(file.files[0].name, file.files[0]);
  });
  const target = element("div", {
    class: "drop",
    on: {
      dragover: (event) => {
        event.preventDefault();
        target.classList.add("over");
      },
      dragleave: () => target.classList.remove("over"),
      drop: (event) => {
        event.preventDefault();
        target.classList.remove("over");
        const dropped = event.dataTransfer.files[0];
        if (dropped) checkSafely(dropped.name, dropped);
        else showMessage("Drop a file, or paste a response below.", "error");
      },
    },
  }, element("p", {}, "Drop a file here, or"), field("File", file), field("Response", text),
  element("div", { class: "toolbar" }, button("Check", () => checkSafely("Response", text.value)),
    field("Profile", select(profiles, profile, async (value) => {
      profile = value;
      if (checked) await checkSafely(checked.name, checked.body);
    }))));
  container.append(target, result);
}

function reportNodes(name, report) {
  const { findings, sources, agreements } = report;
  return [
    element("h2", {}, `${name}: ${report.grade ? `grade ${report.grade}` : "no grade"}`),
    element("p", {}, report.verdict),
    definitions(["Leads", formatNumber(report.leads)], ["Broken leads", formatNumber(report.broken)],
      ["Profile", report.profile], ["Overlay", report.overlay], ["Not read", (report.omissions ?? []).join("; ")]),
    findings.length ? table("Findings", ["Severity", "Key", "Finding", "Times", "Evidence"], findings.map((each) => [
      element("span", { class: `badge ${each.severity}` }, each.severity),
      element("code", {}, each.pointer || "body"),
      [each.message, each.help ? element("p", { class: "help" }, each.help) : ""],
      `${formatNumber(each.count)}${each.first === null ? "" : `, first in lead ${formatNumber(each.first)}`}`,
      evidenceBadges(each.evidence),
    ])) : emptyState("No findings", "The contract and the response agree."),
    sources.length > 1 || sources[0]?.recorded ? table("Responses", ["Response", "List", "Recorded", "Leads", "Broken", "Grade"],
      sources.map((each) => [each.name.replace(/^bytes/, ""), each.list_id ?? "", each.recorded ?? "",
        formatNumber(each.leads), formatNumber(each.broken), each.grade ?? ""])) : "",
    agreements.length ? table("Readings that the values follow", ["Contradiction", "Key", "Documented", "Sample", "Either", "Neither"],
      agreements.map(({ contradiction, pointer, counts }) => [contradiction, element("code", {}, pointer),
        ...["documented", "sample", "either", "neither"].map((reading) => formatNumber(counts[reading]))])) : "",
  ].filter(Boolean);
}
