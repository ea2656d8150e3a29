// The console: pages by fragment of the URL, and the account that they show.

import { callForFake, send, session, setToken } from "./api.js";
import { element, field, select, showMessage } from "./dom.js";
import { behaviorPage } from "./behavior-page.js";
import { contractPage } from "./contract-page.js";
import { driftPage } from "./drift-page.js";
import { showForm } from "./form.js";
import { listsPage } from "./lists-page.js";
import { requestsPage } from "./requests-page.js";

/** Each page is a function that fills a container for the rest of a fragment and returns a function that leaves it. */
const PAGES = [
  { name: "requests", title: "Requests", open: requestsPage },
  { name: "lists", title: "Lists and leads", open: listsPage },
  { name: "behavior", title: "Behavior", open: behaviorPage },
  { name: "contract", title: "Contract", open: contractPage },
  { name: "drift", title: "Drift", open: driftPage },
];
const main = document.getElementById("main");
let leave = () => {};
let shown = "";

async function route() {
  const [name, ...rest] = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  const page = PAGES.find((candidate) => candidate.name === name) ?? PAGES[0];
  for (const link of document.querySelectorAll("#pages a")) {
    if (link.dataset.page === page.name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${page.title} – Fake Smartflo`;
  if (page.name === shown && page.open.move?.(rest)) return;
  leave();
  shown = page.name;
  const container = element("div", { class: `page ${page.name}` });
  leave = () => {};
  main.replaceChildren(element("h1", { tabindex: "-1" }, page.title), container);
  try {
    leave = (await page.open(container, rest, showError)) ?? leave;
  } catch (error) {
    showError(error);
  }
}

/** Show an error instead of the page, with a field for the admin token if that is what is missing. */
function showError(error) {
  if (error.name === "AbortError") return;
  leave();
  leave = () => {};
  const page = element("div", { class: "empty" }, element("h2", {}, "This page cannot be shown"),
    element("p", {}, error.message));
  if (error.needsToken) page.append(tokenForm());
  main.replaceChildren(main.querySelector("h1") ?? "", page);
}

function tokenForm() {
  const input = element("input", { type: "password", autocomplete: "off", required: true });
  return element("form", {
    on: {
      submit: (event) => {
        event.preventDefault();
        setToken(input.value);
        location.reload();
      },
    },
  }, field("Admin token of this fake", input), element("button", {}, "Use this token"));
}

/** Fill the list of accounts: those with state, and those of recorded requests. */
async function showAccounts() {
  const known = new Set((await callForFake("GET", "/accounts")).map((account) => account.id));
  try {
    const { requests } = await callForFake("GET", "/requests", { parameters: { order: "newest", limit: 1000 } });
    session.newestAccount = requests.find((request) => request.account)?.account ?? "";
    for (const request of requests) if (request.account) known.add(request.account);
  } catch (error) {
    if (error.status !== 409) throw error; // a fake without a journal
  }
  session.newestAccount ||= [...known][0] ?? "";
  if (session.account) known.add(session.account);
  const options = [["", "All accounts"], ...[...known].sort().map((id) => [id, id]), [OTHER, "Account of a login…"]];
  const control = select(options, session.account, async (value) => {
    if (value === OTHER) await chooseLogin();
    else selectAccount(value);
  });
  control.addEventListener("focus", () => showAccounts().catch(() => {}), { once: true });
  document.getElementById("account").replaceChildren(field("Account", control));
}

const OTHER = "?";

async function chooseLogin() {
  const input = element("input", { required: true, autocomplete: "off" });
  await showForm("Account of a login", [field("Login id, such as the e-mail address", input)], async () => {
    const response = await send("GET", "/accounts", { parameters: { login: input.value } });
    session.account = (await response.json())[0].id;
  }, "Select");
  selectAccount(session.account);
}

function selectAccount(id) {
  session.account = id;
  shown = "";
  showAccounts().catch((error) => showMessage(error.message, "error"));
  route();
}

document.getElementById("pages").append(...PAGES.map(({ name, title }) =>
  element("a", { href: `#/${name}`, "data-page": name }, title)));
addEventListener("hashchange", () => {
  if (location.hash.startsWith("#/") || !location.hash) route();
});
showAccounts().catch(() => {}).finally(route);
