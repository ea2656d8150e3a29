// Lists of an account, and the leads of one: page by page, with what the contract finds in each.

import { callForOne, oneAccount } from "./api.js";
import { button, element, emptyState, field, formatNumber, showMessage, table } from "./dom.js";
import { showForm } from "./form.js";
import { LeadsView } from "./leads-view.js";

export async function listsPage(container, [id], onError) {
  if (id) {
    const view = new LeadsView(container, id, onError);
    await view.start();
    return () => view.abort.abort();
  }
  await showLists(container);
  return () => {};
}

async function showLists(container) {
  const lists = await callForOne("GET", "/lists");
  const rows = lists.map((list) => [
    element("a", { href: `#/lists/${list.id}` }, list.id), list.name, formatNumber(list.size),
    list.columns.join(", "), list.changed ? "changed" : "",
    button("Delete", () => remove(container, list), { "aria-label": `Delete list ${list.id}` }),
  ]);
  container.replaceChildren(
    element("p", {}, `Lists of account ${await oneAccount()}. Choose another at the top.`),
    element("div", { class: "toolbar" }, button("New list", () => create(container)), openById()),
    rows.length ? table("Lists", ["Id", "Name", "Leads", "Columns", "State", "Actions"], rows)
      : emptyState("This account has no lists", "Create one, or reset the account to get the default lists back."),
  );
}

/** Return a form that opens a list by its id: magic ids are in no list until they are changed. */
function openById() {
  const input = element("input", { inputmode: "numeric", pattern: "[1-9][0-9]*", required: true, size: 12 });
  return element("form", {
    class: "inline",
    on: {
      submit: (event) => {
        event.preventDefault();
        location.hash = `#/lists/${input.value}`;
      },
    },
  }, field("List id, also a magic one", input), element("button", {}, "Open"));
}

async function create(container) {
  const columns = element("input", { value: "Phone Number, Name, City", required: true });
  const name = element("input", { value: "My list", required: true });
  const size = element("input", { type: "number", min: 0, max: 1_000_000, value: 10, required: true });
  await showForm("New list", [
    field("Name", name), field("Columns, separated by commas", columns), field("Number of leads", size),
  ], async () => {
    const names = columns.value.split(",").map((part) => part.trim());
    const made = await callForOne("POST", "/lists", {
      body: { name: name.value, columns: names, size: Number(size.value) },
    });
    showMessage(`Created list ${made.id}`);
    await showLists(container);
  });
}

async function remove(container, { id, size }) {
  await showForm(`Delete list ${id} with ${formatNumber(size)} leads?`, [], async () => {
    await callForOne("DELETE", `/lists/${id}`);
    await showLists(container);
  }, "Delete");
}
