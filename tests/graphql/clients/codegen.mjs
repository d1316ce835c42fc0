// Builds typed operations from a schema and documents, as an integrator would; prints the TypeScript.
import { readFileSync } from "node:fs";
import { codegen } from "@graphql-codegen/core";
import * as typescript from "@graphql-codegen/typescript";
import * as operations from "@graphql-codegen/typescript-operations";
import { buildSchema, parse, printSchema } from "graphql";

const [schemaFile, documentsFile] = process.argv.slice(2);
const schema = buildSchema(readFileSync(schemaFile, "utf8"));
const text = await codegen({
  filename: "client.ts",
  schema: parse(printSchema(schema)),
  documents: [{ location: documentsFile, document: parse(readFileSync(documentsFile, "utf8")) }],
  plugins: [{ typescript: {} }, { operations: {} }],
  pluginMap: { typescript, operations },
  config: { scalars: { Base64: "string", DateTime: "string", Date: "string", Decimal: "string", JSON: "unknown", Time: "string" }, strictScalars: true },
});
process.stdout.write(text);
