// Dialogs.

import { element } from "./dom.js";

/**
 * Show a dialog with controls until it is closed. `submit` is called when the form is sent; if it throws, the dialog
 * stays open and shows the error, so that nothing that was typed is lost.
 */
export async function showForm(title, controls, submit, label = "Save") {
  const problem = element("p", { class: "message error", role: "alert", hidden: true });
  const send = element("button", { class: "primary" }, label);
  const cancel = element("button", { type: "button", on: { click: () => dialog.close() } }, "Cancel");
  const form = element("form", {}, element("h2", {}, title), controls, problem,
    element("div", { class: "buttons" }, send, cancel));
  const dialog = element("dialog", { "aria-label": title }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    send.disabled = true;
    try {
      await submit();
      dialog.close();
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    } finally {
      send.disabled = false;
    }
  });
  document.body.append(dialog);
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  dialog.remove();
}
