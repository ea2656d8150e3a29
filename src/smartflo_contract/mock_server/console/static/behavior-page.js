// What the fake does and may do otherwise: profile, clock, rate limit, quirks, faults, mutant, webhooks.

import { call, callForOne, oneAccount, session } from "./api.js";
import {
  button, definitions, element, emptyState, evidenceBadges, field, formatNumber, formatTime, select, showMessage, statusBadge, table,
} from "./dom.js";

const REFRESH_MILLISECONDS = 3_000;
/** Settings of a rule that are not shown: they are as if the rule did not have them. */
const RULE_DEFAULTS = { repeat: false, probability: 1, seconds: 1, jitter: 0, lead: 1 };
const ADVANCES = [["1 min", 60], ["10 min", 600], ["1 h", 3_600], ["1 day", 86_400]];

export async function behaviorPage(container) {
  const whose = session.account ? `of account ${session.account}`
    : "of all accounts that have none of their own. Choose an account at the top to change one alone";
  container.append(element("p", {}, `Settings ${whose}.`));
  const sections = [profile, clock, rateLimit, quirks, faults, mutant, webhooks].map((show) => show(container));
  await Promise.all(sections.map((refresh) => refresh()));
  // Other consoles, tests and the fake itself change settings, too.
  const timer = setInterval(() => {
    if (!document.hidden) for (const refresh of sections) refresh().catch(() => {});
  }, REFRESH_MILLISECONDS);
  return () => clearInterval(timer);
}

/**
 * Add a section, and return a function that reads its data and shows it if it has changed. The focus stays at the
 * control with the same id.
 */
function section(container, title, read, render) {
  const content = element("div");
  container.append(element("section", {}, element("h2", {}, title), content));
  let shown = "";
  const refresh = async () => {
    const data = await read();
    const text = JSON.stringify(data);
    if (text === shown) return;
    shown = text;
    const focused = content.contains(document.activeElement) ? document.activeElement.id : "";
    content.replaceChildren(...[render(data, refresh)].flat());
    if (focused) document.getElementById(focused)?.focus();
  };
  return refresh;
}

function profile(container) {
  return section(container, "Profile", () => call("GET", "/profile"), (data, refresh) => field(
    "Reading of the contract that leads follow",
    Object.assign(select(data.profiles, data.profile, async (value) => {
      try {
        await call("PUT", "/profile", { body: { profile: value } });
      } finally {
        await refresh();
      }
    }), { id: "profile" }),
  ));
}

function clock(container) {
  const time = element("span", { class: "clock", role: "timer" });
  const set = element("input", { type: "datetime-local", step: 1 });
  const change = async (body) => {
    const data = await callForOne("PATCH", "/clock", { body });
    show(data);
    return data;
  };
  const show = (data) => {
    time.textContent = data.time;
    frozen.checked = data.frozen;
  };
  const frozen = switchControl("frozen", false, (isOn) => change({ frozen: isOn }));
  const account = element("span");
  container.append(element("section", {}, element("h2", {}, "Clock"),
    element("p", {}, time, account), element("div", { class: "toolbar" },
      ADVANCES.map(([label, seconds]) => button(`+ ${label}`, () => change({ advance: seconds }))),
      field("Set to (UTC)", set), button("Set", () => change({ now: `${set.value}Z` })),
      element("label", { class: "switch" }, frozen, "Frozen"))));
  return async () => {
    account.textContent = ` · account ${await oneAccount()}`;
    show(await callForOne("GET", "/clock"));
  };
}

function rateLimit(container) {
  return section(container, "Rate limit", () => call("GET", "/rate-limit"), ({ limit, remaining }, refresh) => {
    const input = element("input", { type: "number", min: 1, max: 10_000, value: limit ?? 5, id: "rate-limit" });
    const change = (method, body) => async () => {
      await call(method, "/rate-limit", { body });
      await refresh();
    };
    return [
      element("p", {}, limit === null ? "No limit."
        : `${formatNumber(limit)} requests per second${remaining === null ? "" : `, ${formatNumber(remaining)} left now`}.`),
      element("div", { class: "toolbar" }, field("Requests per second", input),
        button("Limit", () => change("PUT", { limit: Number(input.value) })()),
        button("No limit", change("PUT", { limit: null })), button("Default", change("DELETE"))),
    ];
  });
}

function quirks(container) {
  return section(container, "Quirks", () => call("GET", "/quirks"), (data, refresh) => data.map((quirk) => {
    const change = async (value) => {
      try {
        await call("PATCH", "/quirks", { body: { [quirk.name]: value === quirk.default ? null : value } });
      } finally {
        await refresh();
      }
    };
    const id = `quirk-${quirk.name}`;
    const control = quirk.values.length === 2
      ? switchControl(id, quirk.value !== quirk.default, (isOn) => change(quirk.values[Number(isOn)]))
      : Object.assign(select(quirk.values, quirk.value, change), { id });
    return settingNode(id, quirk.name, control, quirk.value, quirk);
  }));
}

function faults(container) {
  return section(container, "Faults", () => call("GET", "/faults"), ({ rules, kinds }, refresh) => {
    const isSwitch = (rule, name) => rule.repeat && rule.steps.length === 1 && rule.steps[0] === name
      && rule.probability === 1 && rule.list_id === null;
    const remove = async (isRemoved) => {
      const current = await call("GET", "/faults");
      await call("PUT", "/faults", { body: { rules: current.rules.filter((rule) => !isRemoved(rule)) } });
      await refresh();
    };
    const add = async (rule) => {
      await call("POST", "/faults", { body: rule });
      await refresh();
    };
    const steps = element("input", { placeholder: "503, 503, ok", id: "fault-steps" });
    return [
      element("p", {}, "A fault that is on is injected into every read of leads."),
      ...kinds.map((kind) => {
        const id = `fault-${kind.name}`;
        const isOn = rules.some((rule) => isSwitch(rule, kind.name));
        const control = switchControl(id, isOn, (on) => (on ? add({ steps: [kind.name], repeat: true })
          : remove((rule) => isSwitch(rule, kind.name))));
        return settingNode(id, kind.name, control, isOn ? "on" : "off", kind);
      }),
      element("div", { class: "toolbar" }, field("Other rule: one step per request", steps), button("Add rule", () =>
        add({ steps: steps.value.split(",").map((step) => step.trim()).filter(Boolean) }))),
      rules.length ? table("Fault rules", ["Steps", "Settings", "Actions"], rules.map((rule) => {
        const { steps: shown, ...settings } = rule;
        const own = JSON.stringify(rule);
        return [shown.join(", "), Object.entries(settings).filter(([name, value]) => value !== (RULE_DEFAULTS[name] ?? null))
          .map(([name, value]) => `${name} ${value}`).join(", "),
        button("Remove", () => remove((other) => JSON.stringify(other) === own))];
      })) : element("p", {}, "No rules."),
      button("Default rules", async () => {
        await call("DELETE", "/faults");
        await refresh();
      }),
    ];
  });
}

function mutant(container) {
  return section(container, "Mutant", () => call("GET", "/mutant"), ({ mutant: ids, served, changes }, refresh) => {
    const input = element("input", { value: ids ?? "", placeholder: "lead_id:remove", id: "mutant" });
    const change = (method, body) => async () => {
      await call(method, "/mutant", { body });
      await refresh();
    };
    return [
      element("p", {}, ids ? `Changed ${formatNumber(served)} responses.`
        : "None: responses are as the contract has them. `smartflo-contract mutants` lists all."),
      ...changes.map((each) => element("p", {}, element("b", {}, each.id), ` (${each.kind}): ${each.change} `,
        ...evidenceBadges(each.evidence.join(", ")))),
      element("div", { class: "toolbar" }, field("Id, or several joined by commas", input),
        button("Set mutant", () => change("PUT", { mutant: input.value })()), button("Remove mutant", change("DELETE"))),
    ];
  });
}

function webhooks(container) {
  const read = async () => {
    const { webhooks: subscribed } = await call("GET", "/webhooks");
    try {
      return { subscribed, ...await call("GET", "/webhooks/deliveries", { parameters: { order: "newest", limit: 50 } }) };
    } catch (error) {
      if (error.status !== 409) throw error;
      return { subscribed, deliveries: [], problem: error.message };
    }
  };
  return section(container, "Webhooks", read, ({ subscribed, deliveries, problem }) => [
    subscribed.length ? definitions(...subscribed.map(({ url, trigger, method }) => [trigger ?? "all triggers", `${method} ${url}`]))
      : element("p", {}, "No webhooks. Add one with POST /__admin/webhooks, or with [[webhooks]] in the configuration."),
    problem ? element("p", {}, problem) : "",
    deliveries.length ? table("Sent webhooks, newest first", ["Time", "Trigger", "Receiver", "Outcome", "Sent"],
      deliveries.map((sent) => [formatTime(sent.time), sent.trigger, sent.url,
        [sent.status === null ? "" : statusBadge(sent), ` ${sent.outcome} ${sent.reason}`], JSON.stringify(sent.body)]))
      : emptyState("No webhooks were sent yet", "Create a call or a broadcast, and advance the clock of its account."),
  ]);
}

function switchControl(id, isOn, change) {
  const control = element("input", { type: "checkbox", role: "switch", id, checked: isOn });
  control.addEventListener("change", async () => {
    try {
      await change(control.checked);
    } catch (error) {
      control.checked = isOn;
      showMessage(error.message, "error");
    }
  });
  return control;
}

/** Return a setting: its control, name and value, what it does, and the evidence. */
function settingNode(id, name, control, value, { why, evidence }) {
  const isSelect = control instanceof HTMLSelectElement;
  return element("div", { class: "setting" }, element("span", { class: "control" }, control),
    element("div", {}, element("label", { for: id }, element("b", {}, name), isSelect ? "" : ` ${value}`),
      element("p", {}, `${why} `, ...evidenceBadges(evidence))));
}
