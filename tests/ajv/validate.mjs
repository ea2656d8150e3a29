// Validate leads by a schema: one JSON value per line in, one verdict per line out.
//
//     node validate.mjs SCHEMA LEADS
import { createInterface } from "node:readline";
import { createReadStream, readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";

const [schema, leads] = process.argv.slice(2);
const validate = new Ajv2020({ strict: true }).compile(JSON.parse(readFileSync(schema, "utf8")));

for await (const line of createInterface({ input: createReadStream(leads, "utf8"), crlfDelay: Infinity })) {
  const valid = validate(JSON.parse(line));
  const error = valid ? null : validate.errors[0];
  console.log(JSON.stringify({ valid, keyword: error?.keyword, path: error?.instancePath }));
}
