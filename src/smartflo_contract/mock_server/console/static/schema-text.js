// JSON Schemas in words.

const NAMES = {
  minimum: "min", maximum: "max", minLength: "min length", maxLength: "max length", minItems: "min items",
  maxItems: "max items", pattern: "pattern", const: "always",
};

/** Return what values a schema accepts. */
export function schemaText(schema) {
  if (schema === undefined || schema === true) return "any";
  if (schema === false) return "nothing";
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map(schemaText).join(" or ");
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(", ");
  const type = [schema.type ?? (schema.properties ? "object" : "any")].flat().map((name) => typeText(name, schema));
  const limits = Object.entries(NAMES).filter(([key]) => schema[key] !== undefined && Math.abs(schema[key]) !== Number.MAX_SAFE_INTEGER)
    .map(([key, name]) => `${name} ${String(schema[key]).replace("(?!\\n)", "")}`);
  return [type.join(" or "), ...limits].join(", ");
}

function typeText(name, schema) {
  if (name === "array" && schema.items) return `array of ${schemaText(schema.items)}`;
  if (name === "object" && schema.properties) {
    return `{${Object.entries(schema.properties).map(([key, below]) => `${key}: ${schemaText(below)}`).join("; ")}}`;
  }
  if (name === "string" && schema.contentMediaType === "application/json") {
    return `string that contains JSON: ${schemaText(schema.contentSchema)}`;
  }
  return name;
}
