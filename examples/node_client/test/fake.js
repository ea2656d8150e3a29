import { randomUUID } from "node:crypto";
import { Smartflo } from "../src/smartflo.js";

const url = process.env.SMARTFLO_URL;

/** Return a client with an account of its own for one test, and a function that changes the fake for it. */
export function account(t) {
  const token = randomUUID();
  const context = Buffer.from(t.fullName).toString("latin1"); // fetch accepts no other characters in headers
  const admin = async (method, path, body) => {
    const headers = { Authorization: token };
    const response = await fetch(`${url}/__admin${path}`, { method, headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error((await response.json()).detail);
    return response.json();
  };
  return { client: new Smartflo(url, token, { "X-Smartflo-Fake-Context": context }), admin };
}
