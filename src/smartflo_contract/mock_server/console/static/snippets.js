// Commands and tests that send a recorded request again. The journal masks tokens, so both take them from elsewhere.

const SENT_HEADERS = ["Accept", "Content-Type", "If-None-Match", "X-Request-Id"];
const FORM_TYPE = "application/x-www-form-urlencoded";

/** Return a command for a shell. */
export function curlCommand(entry, origin) {
  const parts = [`curl --request ${quote(entry.method)}`, `--url ${quote(`${origin}${urlOf(entry)}`)}`];
  if (entry.headers.Authorization) parts.push(`--header "Authorization: Bearer \${SMARTFLO_TOKEN:-any-text}"`);
  for (const [name, value] of headersOf(entry)) parts.push(`--header ${quote(`${name}: ${value}`)}`);
  if (entry.body !== null) {
    if (isForm(entry)) for (const pair of pairsOf(entry.body)) parts.push(`--data-urlencode ${quote(pair.join("="))}`);
    else parts.push(`--data ${quote(JSON.stringify(entry.body))}`);
  }
  return parts.join(" \\\n  ");
}

/** Return a test with the fixture `smartflo` that sends the request, with the same fault, quirks and mutant. */
export function pytestFunction(entry, faults) {
  const { status, fault, quirks, mutant } = entry.response;
  const imports = status === null ? ["import pytest", "import requests"] : ["import requests"];
  const lines = [...imports, "", "", `def test_${identifier(entry)}(smartflo):`];
  const settings = Object.entries(quirks).map(([name, value]) => `${name}=${literal(value)}`);
  if (settings.length) lines.push(`    smartflo.quirks(${settings.join(", ")})`);
  if (mutant) lines.push(`    smartflo.mutant(${literal(mutant)})`);
  if (fault) lines.push(`    smartflo.fail(${faults.includes(fault) ? literal(fault) : Number(fault)}, route="any")`);
  const headers = entry.headers.Authorization ? "smartflo.headers" : "{}";
  const more = headersOf(entry).map(([name, value]) => `${literal(name)}: ${literal(value)}`);
  const all = more.length ? `${headers} | {${more.join(", ")}}` : headers;
  const options = [`headers=${all}`];
  if (entry.body !== null) options.push(`${isForm(entry) ? "data" : "json"}=${literal(entry.body)}`);
  options.push("timeout=5");
  const send = `requests.request(${literal(entry.method)}, f"{smartflo.url}${braces(urlOf(entry))}", ${options.join(", ")})`;
  if (status === null) {
    lines.push("    with pytest.raises(requests.ConnectionError):", `        ${send}`);
  } else {
    lines.push(`    response = ${send}`, "", `    assert ${status} == response.status_code`);
  }
  return `${lines.join("\n")}\n`;
}

function headersOf(entry) {
  return SENT_HEADERS.filter((name) => entry.headers[name] && !(name === "Accept" && entry.headers[name] === "*/*"))
    .map((name) => [name, entry.headers[name]]);
}

function isForm(entry) {
  return (entry.headers["Content-Type"] ?? "").startsWith(FORM_TYPE);
}

function pairsOf(values) {
  return Object.entries(values).flatMap(([name, value]) => [value].flat().map((one) => [name, one]));
}

function urlOf(entry) {
  const path = entry.path.split("/").map(encodeURIComponent).join("/");
  const query = new URLSearchParams(pairsOf(entry.query)).toString();
  return query ? `${path}?${query}` : path;
}

/** Return a word for a shell, in which nothing is special. */
function quote(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Return what stands for braces in an f-string. */
function braces(text) {
  return text.replaceAll("{", "{{").replaceAll("}", "}}").replaceAll("\"", "%22");
}

/** Return a JSON value as an expression of Python. */
function literal(value) {
  if (value === null) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value === "object") {
    return `{${Object.entries(value).map(([key, below]) => `${literal(key)}: ${literal(below)}`).join(", ")}}`;
  }
  return JSON.stringify(value);
}

function identifier(entry) {
  return `${entry.method}_${entry.path}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_").replaceAll(/^_+|_+$/g, "");
}
