// Forms that add, edit and delete a lead. They accept any key and any value: a fake may violate the contract.

import { callForOne } from "./api.js";
import { element, field } from "./dom.js";
import { showForm } from "./form.js";

/** Add a lead to the list of a view. Return whether one was added. */
export async function addLead(view) {
  const { column_keys: keys } = await callForOne("GET", `/lists/${view.id}/leads`, {
    parameters: { details: "true", limit: 0 },
  });
  const controls = keys.map((key, position) => [key, view.list.columns[position] ?? key, element("input")]);
  const other = jsonControl({});
  let isAdded = false;
  await showForm(`Add a lead to list ${view.id}`, [
    element("p", {}, "Empty fields get the values of the next lead that the fake generates."),
    ...controls.map(([, title, control]) => field(title, control)), field("Other keys, as JSON", other),
  ], async () => {
    const values = controls.filter(([, , control]) => control.value).map(([key, , control]) => [key, control.value]);
    const lead = { ...Object.fromEntries(values), ...parse(other) };
    await callForOne("POST", `/lists/${view.id}/leads`, { body: { leads: [lead] } });
    isAdded = true;
  }, "Add");
  return isAdded;
}

/** Edit a lead. Return whether it was changed. */
export async function editLead(view, lead, columns) {
  const edited = columns.filter(({ key }) => typeof lead[key] === "string");
  const controls = edited.map(({ key, title }) => [key, title, element("input", { value: lead[key] })]);
  const status = statusControl(view.properties.dial_status, lead.dial_status);
  const inFields = new Set([...edited.map(({ key }) => key), "dial_status"]);
  const other = jsonControl(Object.fromEntries(Object.entries(lead).filter(([key]) => !inFields.has(key))));
  let isChanged = false;
  await showForm(`Edit lead ${lead.lead_id}`, [
    ...controls.map(([, title, control]) => field(title, control)), field("dial_status", status),
    field("Other keys, as JSON. Any key and value is accepted; remove a key to see what your client does.", other),
  ], async () => {
    const values = { ...parse(other), ...Object.fromEntries(controls.map(([key, , control]) => [key, control.value])) };
    if (status.value !== "") values.dial_status = JSON.parse(status.value);
    const isSame = (key) => JSON.stringify(values[key]) === JSON.stringify(lead[key]);
    const set = Object.fromEntries(Object.entries(values).filter(([key]) => !isSame(key)));
    const remove = Object.keys(lead).filter((key) => !(key in values));
    if (!Object.keys(set).length && !remove.length) return;
    await callForOne("PATCH", `/leads/${encodeURIComponent(lead.lead_id)}`, { body: { set, remove } });
    isChanged = true;
  });
  return isChanged;
}

/** Delete a lead. Return whether it was deleted. */
export async function deleteLead(lead) {
  let isDeleted = false;
  await showForm(`Delete lead ${lead.lead_id}?`, [], async () => {
    await callForOne("DELETE", `/leads/${encodeURIComponent(lead.lead_id)}`);
    isDeleted = true;
  }, "Delete");
  return isDeleted;
}

function statusControl(schema, value) {
  const known = (schema?.["x-known-values"] ?? []).map((entry) => [JSON.stringify(entry.value), entry.label]);
  const current = value === undefined ? "" : JSON.stringify(value);
  const options = known.some(([key]) => key === current) ? known : [[current, current || "missing"], ...known];
  return element("select", {}, options.map(([key, label]) =>
    element("option", { value: key, selected: key === current }, label === key ? label : `${key} ${label}`)));
}

function jsonControl(value) {
  return element("textarea", { rows: 8, spellcheck: "false" }, JSON.stringify(value, null, 2));
}

function parse(control) {
  let value;
  try {
    value = JSON.parse(control.value || "{}");
  } catch (error) {
    throw new Error(`Other keys: ${error.message}`);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new Error("Other keys: expected a JSON object, such as {\"priority\": 31}");
  }
  return value;
}
