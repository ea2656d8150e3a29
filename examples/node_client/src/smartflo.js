/** A client of the Smartflo API that reads leads. */

const STATUSES = {
  1: "new",
  2: "message played",
  3: "DTMF pressed",
  4: "no answer",
  5: "do not disturb",
  6: "busy",
  7: "congestion",
  8: "failed",
  9: "do not disturb (account)",
};

/** The API rejects a request, or its response cannot be read. */
export class SmartfloError extends Error {
  /**
   * @param {number} status - HTTP status
   * @param {string} message - what the API reports
   * @param {Record<string, string>} fields - invalid field to message
   */
  constructor(status, message, fields = {}) {
    super(message);
    this.name = "SmartfloError";
    this.status = status;
    this.fields = fields;
  }
}

export class Smartflo {
  #baseUrl;
  #headers;

  /**
   * @param {string} baseUrl - root of the API
   * @param {string} token - access token
   * @param {Record<string, string>} headers - more headers of each request
   */
  constructor(baseUrl, token, headers = {}) {
    this.#baseUrl = baseUrl;
    this.#headers = { Accept: "application/json", Authorization: `Bearer ${token}`, ...headers };
  }

  /** Return the leads of a list. */
  async leads(listId) {
    return (await this.#get(`/v1/broadcast/leads/${listId}`)).map(toLead);
  }

  /** Yield the leads of all lists that must not be called; the API returns them page by page. */
  async *dndLeads(pageSize = 100) {
    let after = "";
    for (;;) {
      const page = await this.#get(`/v1/broadcast/dnd/leads?limit=${pageSize}${after}`);
      yield* page.data;
      if (!page.hasMore) return;
      after = `&last_seen_id=${page.data.at(-1).id}`;
    }
  }

  async #get(path) {
    const response = await fetch(this.#baseUrl + path, { headers: this.#headers });
    let body;
    try {
      body = await response.json();
    } catch {
      throw new SmartfloError(response.status, "the response is not JSON, or incomplete");
    }
    throwIfError(response.status, body);
    return body;
  }
}

/**
 * Throw if a body is an error, in any of its shapes: `success` is false or "false", also with status 200; or the body
 * maps each invalid field to a message, or to a list of messages.
 */
function throwIfError(status, body) {
  if (String(body.success) === "false") throw new SmartfloError(status, body.message);
  if (status < 400) return;
  const fields = Object.entries(body).map(([field, messages]) => [field, [messages].flat().join(" ")]);
  throw new SmartfloError(status, fields.map((field) => field.join(": ")).join(", "), Object.fromEntries(fields));
}

/** Return what this application needs of a lead. */
function toLead(lead) {
  return {
    id: lead.lead_id,
    phone: lead.field_0,
    status: STATUSES[lead.dial_status] ?? `unknown (${lead.dial_status})`,
    answered: lead.lead_picked === 1,
    skill: lead.dialer_skill?.name ?? null,
    updatedAt: new Date(Number(lead.updated_at.$date.$numberLong)),
  };
}
