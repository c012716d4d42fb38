import * as z from "zod";
import { OPERATIONS, type Operation } from "./operations";
import { refusal } from "./schemas";

type Json = { readonly [name: string]: unknown };

/** JSON Schema 2020-12, which OpenAPI 3.1 speaks; `io` says which side of a default is meant. */
function schemaOf(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: "draft-2020-12", io, unrepresentable: "any" });
  return rest;
}

function parametersOf(schema: z.ZodType | null, place: "path" | "query"): Json[] {
  if (schema === null) return [];
  const { properties = {}, required = [] } = schemaOf(schema, "input") as {
    properties?: Record<string, Json>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, { description, ...own }]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: own,
  }));
}

const refusedWith = (description: string): Json => ({
  description,
  content: { "application/json": { schema: { $ref: "#/components/schemas/Refusal" } } },
});

const LIMIT_HEADERS: Json = Object.fromEntries(
  [
    ["RateLimit-Limit", "Requests per minute"],
    ["RateLimit-Remaining", "Requests left in this minute"],
    ["RateLimit-Reset", "Seconds until the minute ends"],
  ].map(([name, description]) => [name, { description, schema: { type: "integer" } }]),
);

function pathItem(operation: Operation): Json {
  const { id, summary, scope, params, query, answer } = operation;
  return {
    get: {
      operationId: id,
      summary,
      description: `Needs the scope \`${scope}\`.`,
      security: [{ token: [scope] }],
      parameters: [...parametersOf(params, "path"), ...parametersOf(query, "query")],
      responses: {
        "200": { description: "As asked", headers: LIMIT_HEADERS, content: { "application/json": { schema: schemaOf(answer, "output") } } },
        "400": refusedWith("A parameter is missing, malformed or out of range: ARGUMENT_INVALID with its field"),
        "401": refusedWith("TOKEN_INVALID"),
        "403": refusedWith("SCOPE_MISSING"),
        "404": refusedWith("There is none that your organisation sees: SHIPMENT_UNKNOWN, SENSOR_UNKNOWN"),
        "429": refusedWith("RATE_LIMITED; Retry-After says when to come back"),
        "500": refusedWith("INTERNAL"),
      },
    },
  };
}

/** The read API as OpenAPI 3.1, made from the schemas that its routes parse with. */
export function openApiDocument(): Json {
  return {
    openapi: "3.1.1",
    jsonSchemaDialect: "https://json-schema.org/draft/2020-12/schema",
    info: {
      title: "Winterseal read API",
      version: "1.0.0",
      description:
        "What your organisation sees on the site, read only. What this API says is what the site says: evidence that needs no trust in the site is a file of its own.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/api/v1" }],
    paths: Object.fromEntries(Object.values(OPERATIONS).map((it) => [it.path, pathItem(it as Operation)])),
    components: {
      schemas: { Refusal: schemaOf(refusal, "output") },
      securitySchemes: { token: { type: "http", scheme: "bearer", description: "A token made on /settings" } },
    },
  };
}
