import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { account } from "./fake.js";

describe("leads", () => {
  for (const size of [0, 1, 2, 1000]) {
    test(`reads a list of ${size}`, async (t) => {
      const { client } = account(t);
      const leads = await client.leads(size ? 910_000_000 + size : 900_000_000);
      assert.equal(leads.length, size);
      assert.equal(new Set(leads.map((lead) => lead.id)).size, size);
      assert.ok(leads.every((lead) => typeof lead.id === "string"));
    });
  }

  for (const [listId, columns] of [[8669, 3], [8670, 40], [8671, 12]]) {
    test(`reads a list of ${columns} columns`, async (t) => {
      const { client } = account(t);
      const leads = await client.leads(listId);
      assert.ok(leads.every((lead) => lead.phone.startsWith("+91")));
    });
  }

  test("reads compressed leads", async (t) => {
    const { client, admin } = account(t);
    await admin("PATCH", "/quirks", { content_encoding: "gzip" });
    assert.equal((await client.leads(8668)).length, 25);
  });

  test("an unknown list may be an empty one", async (t) => {
    const { client, admin } = account(t);
    await admin("PATCH", "/quirks", { unknown_list: "empty" });
    assert.deepEqual(await client.leads(4711), []);
  });

  test("names each status, and keeps unknown ones", async (t) => {
    const { client, admin } = account(t);
    const contract = await admin("GET", "/contract");
    const known = contract.$defs.lead.properties.dial_status["x-known-values"].map(({ value }) => value);
    const leads = [...known, 99].map((dial_status) => ({ dial_status }));
    const { id } = await admin("POST", "/lists", { leads });
    const statuses = (await client.leads(id)).map((lead) => lead.status);
    assert.equal(statuses[3], "no answer");
    assert.equal(statuses.pop(), "unknown (99)");
    assert.ok(statuses.every((status) => !status.startsWith("unknown"))); // fails if the contract gains a status
  });

  test("names the skill, and accepts leads without one", async (t) => {
    const { client, admin } = account(t);
    const leads = [{ skill_id: 136, dialer_skill: { id: 136, name: "Hindi" } }, { skill_id: null, dialer_skill: null }];
    const { id } = await admin("POST", "/lists", { leads });
    assert.deepEqual((await client.leads(id)).map((lead) => lead.skill), ["Hindi", null]);
  });

  test("converts timestamps", async (t) => {
    const { client, admin } = account(t);
    const updated_at = { $date: { $numberLong: "1700000000000" } };
    const { id } = await admin("POST", "/lists", { leads: [{ updated_at, lead_picked: 1 }] });
    const [lead] = await client.leads(id);
    assert.equal(lead.updatedAt.toISOString(), "2023-11-14T22:13:20.000Z");
    assert.equal(lead.answered, true);
  });
});

describe("leads that must not be called", () => {
  test("reads all pages", async (t) => {
    const { client } = account(t);
    const whole = await Array.fromAsync(client.dndLeads());
    const paged = await Array.fromAsync(client.dndLeads(10));
    assert.ok(whole.length > 10);
    assert.deepEqual(paged, whole);
  });
});

describe("errors", () => {
  for (const status of [400, 403, 404, 429, 500, 503]) {
    test(`status ${status} has a message`, async (t) => {
      const { client } = account(t);
      await assert.rejects(client.leads(900_000_000 + status), { name: "SmartfloError", status, message: /\w+\.$/ });
    });
  }

  test("an expired token is rejected", async (t) => {
    const { client } = account(t);
    await assert.rejects(client.leads(900_000_401), { status: 401, message: "Token has expired" });
  });

  test("a token in another form is rejected", async (t) => {
    const { client, admin } = account(t);
    await admin("PATCH", "/quirks", { auth_scheme: "raw" });
    await assert.rejects(client.leads(8668), { status: 401, message: "Unauthorized" });
  });

  test("an error with status 200 is one", async (t) => {
    const { client, admin } = account(t);
    await admin("PATCH", "/quirks", { unknown_list: "200_error" });
    await assert.rejects(client.leads(4711), { status: 200, message: "List not found." });
  });

  for (const shape of ["text", "list"]) {
    test(`names invalid fields: ${shape}`, async (t) => {
      const { client, admin } = account(t);
      await admin("PATCH", "/quirks", { validation_errors: shape });
      await assert.rejects(client.leads(900_000_422), { status: 422, fields: { id: "Provide a valid id." } });
    });
  }

  for (const fault of ["html", "cut_clean", "dangling_comma"]) {
    test(`a body that is no JSON is an error: ${fault}`, async (t) => {
      const { client, admin } = account(t);
      await admin("PUT", "/faults", { rules: [{ steps: [fault] }] });
      await assert.rejects(client.leads(8668), { status: 200, message: /not JSON/ });
      assert.equal((await client.leads(8668)).length, 25);
    });
  }
});
