// Why answers cannot follow a JSON schema.
import type { SchemaReason } from "../contract/failureReasons";
import { count } from "./detailNumbers";
import { t } from "./language";
import type { ReasonTable } from "./reasonWords";

export const schemaReasons: ReasonTable<Exclude<SchemaReason, "not-json">> = {
  "structure-too-long": ({ limit }) => t("It is longer than {limit} characters.", { limit: count(limit) }),
  "schema-too-large": () => t("It is too large."),
  "schema-too-deep": ({ limit }) => t("It is nested more than {limit} levels deep.", { limit: count(limit) }),
  "schema-nothing-fits": ({ path }) => at(path, t("Nothing fits a schema that is “false”.")),
  "schema-not-an-object": ({ path }) => at(path, t("A schema is an object, in braces.")),
  "schema-part-not-an-object": ({ path }) => at(path, t("Each part of a schema is an object, in braces.")),
  "schema-keyword-not-an-object": ({ path, keyword }) => at(path, t("“{keyword}” must be an object.", { keyword })),
  "schema-keyword-not-a-list": ({ path, keyword }) => at(path, t("“{keyword}” must be a list.", { keyword })),
  "schema-keyword-empty": ({ path, keyword }) =>
    at(path, t("“{keyword}” must be a list with something in it.", { keyword })),
  "schema-keyword-not-a-number": ({ path, keyword }) => at(path, t("“{keyword}” must be a whole number.", { keyword })),
  "schema-keyword-too-high": ({ path, keyword, limit }) =>
    at(path, t("“{keyword}” is more than {limit}.", { keyword, limit: count(limit) })),
  "schema-keyword-twice": ({ path, keyword }) =>
    at(path, t("“{keyword}” comes twice, and the two can’t be combined.", { keyword })),
  "schema-too-many-items": ({ path }) => at(path, t("More items are required than are allowed.")),
  "schema-too-long-text": ({ path }) => at(path, t("The text must be longer than it may be.")),
  "schema-reference-outside": ({ path }) =>
    at(path, t("“$ref” must lead to a place in this schema, such as {example}.", { example: "#/$defs/item" })),
  "schema-reference-circular": ({ path }) => at(path, t("“$ref” leads back to itself.")),
  "schema-reference-missing": ({ path, reference }) =>
    at(path, t("“$ref” leads to {reference}, and nothing is there.", { reference })),
  "schema-type-unknown": ({ path, types }) => at(path, t("“type” must be one of {types}.", { types })),
};

/** Where in the schema; nothing for the whole. */
function at(path: string, mistake: string): string {
  return path === "" ? mistake : t("In “{path}”: {mistake}", { path, mistake });
}
