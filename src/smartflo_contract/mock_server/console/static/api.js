// The admin API: everything that the console shows and changes goes through these functions.

const PREFIX = "/__admin";
const TOKEN_HEADER = "X-Smartflo-Admin-Token";
const TOKEN_KEY = "smartflo-admin-token";
/** The token in the example that `serve` prints; its account is shown until there is another one. */
const EXAMPLE_TOKEN = "Bearer any-text";

/** The selected account, empty for all, and the account of the newest request. */
export const session = { account: "", newestAccount: "" };

/** An error response of the admin API. */
export class ApiError extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
    this.needsToken = status === 403 && detail.includes(TOKEN_HEADER);
  }
}

/** Store the admin token for this tab. */
export function setToken(token) {
  sessionStorage.setItem(TOKEN_KEY, token);
}

/** Send a request and return its response. Throws an `ApiError` for an error status. */
export async function send(method, path, { parameters = {}, headers = {}, ...options } = {}) {
  const token = sessionStorage.getItem(TOKEN_KEY);
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== "" && value !== null));
  let response;
  try {
    response = await fetch(`${PREFIX}${path}${query.size ? `?${query}` : ""}`, {
      method, cache: "no-store", ...options, headers: { ...headers, ...(token ? { [TOKEN_HEADER]: token } : {}) },
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, "The fake does not answer. Start it again: smartflo-contract serve");
  }
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  throw new ApiError(response.status, problem.detail ?? `The fake answered with status ${response.status}.`);
}

/** Return the JSON of a request for the selected account, or for all. `body` is a JSON value, `raw` text or a file. */
export async function call(method, path, { body, raw, parameters = {}, ...options } = {}) {
  const response = await send(method, path, {
    ...options,
    parameters: { account: session.account, ...parameters },
    ...(raw === undefined ? {} : { body: raw, headers: { "Content-Type": "application/octet-stream" } }),
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
  });
  return response.json();
}

/** The same for routes that need one account. */
export async function callForOne(method, path, { parameters = {}, ...options } = {}) {
  return call(method, path, { ...options, parameters: { account: await oneAccount(), ...parameters } });
}

/** The same for routes of the fake itself, which has no account. */
export async function callForFake(method, path, options = {}) {
  return call(method, path, { ...options, parameters: { account: "", ...options.parameters } });
}

/** Return the selected account, or else that of the newest request, or else that of the example token. */
export async function oneAccount() {
  if (session.account || session.newestAccount) return session.account || session.newestAccount;
  const response = await send("GET", "/accounts", { headers: { Authorization: EXAMPLE_TOKEN } });
  return (await response.json())[0].id;
}
