// Called by check-schemas: BINARY FIXTURES. Exit code 1 when a verdict differs.
"use strict";
const { spawnSync } = require("child_process");
const fs = require("fs");
const path = require("path");
const Ajv = require("ajv");

const [binary, directory] = process.argv.slice(2);

// How a shape of `validate-message --json` is called as a schema.
const schemaNames = {
  production: "match_updates-2.0-raw",
  corrected: "match_updates-2.0-raw",
  "enhanced-v2": "match_updates-2.0",
  "enhanced-v1.5": "match_updates-1.5",
  "legacy-v1": "match_updates-1.0",
  "processing-status": "processing_status-1.0",
  "system-alert": "system_alert-1.0",
};

// Faults of the text that JSON.parse lets pass: our schema stage never sees such a document.
const onlyOurs = new Set(["invalid-utf8", "lone-surrogate", "number-out-of-range"]);

function run(args, input) {
  const result = spawnSync(binary, args, { input, maxBuffer: 1 << 30 });
  if (result.error || result.status === null || result.status > 1) {
    throw new Error(`${args.join(" ")}: ${result.error ?? result.stderr}`);
  }
  return result.stdout.toString();
}

const ajv = new Ajv({ strict: true, allowUnionTypes: true });
const validators = {};
for (const name of new Set(Object.values(schemaNames))) {
  validators[name] = ajv.compile(JSON.parse(run(["validate-message", "--print-schema", name])));
}

let compared = 0;
let stopped = 0;
let refused = 0;
const differences = [];

// What ajv says by the schema of the shape; without a shape no schema may accept it.
function ajvAccepts(document, shape) {
  return shape !== null
    ? validators[schemaNames[shape]](document)
    : Object.values(validators).some((validate) => validate(document));
}

function parse(text) {
  try {
    return { document: JSON.parse(text) };
  } catch {
    return null;
  }
}

function compare(label, text, verdict) {
  const parsed = parse(text);
  const isSyntax = verdict.shape === null && verdict.findings.some((f) => onlyOurs.has(f.rule));
  if (isSyntax) {
    stopped += 1;
    return;
  }
  const accepted = parsed !== null && ajvAccepts(parsed.document, verdict.shape);
  compared += 1;
  refused += accepted ? 0 : 1;
  if (accepted !== verdict.schema_valid) {
    differences.push(`${label}: ajv ${accepted}, fogis-redis ${verdict.schema_valid}`);
  }
}

const files = ["valid", "invalid"].flatMap((kind) =>
  fs.readdirSync(path.join(directory, kind)).map((name) => path.join(directory, kind, name)));
const judged = JSON.parse(run(["validate-message", "--json", ...files])).messages;
if (judged.length !== files.length) {
  throw new Error(`${files.length} files, but ${judged.length} verdicts`);
}
for (const verdict of judged) {
  compare(path.basename(verdict.file), fs.readFileSync(verdict.file).toString(), verdict);
}
console.log(`fixtures: ${files.length}, of which ${compared} compared (${refused} refused by ajv), ` +
            `${stopped} stopped before the schema stage`);

// Each place of each valid fixture with a value of each kind, and without it.
const values = [null, true, 0, -1, 1.5, "", "text", "1.0", [], [null], {}, { name: "text" }];

function* places(value, at = []) {
  if (value !== null && typeof value === "object") {
    for (const key of Object.keys(value)) {
      yield [...at, key];
      yield* places(value[key], [...at, key]);
    }
  }
}

function* variations(text) {
  for (const place of places(JSON.parse(text))) {
    for (const value of [...values, undefined]) {
      const document = JSON.parse(text);
      const parent = place.slice(0, -1).reduce((inner, key) => inner[key], document);
      if (value === undefined && !Array.isArray(parent)) {
        delete parent[place.at(-1)];
      } else {
        parent[place.at(-1)] = value === undefined ? null : value;
      }
      yield { label: `/${place.join("/")} as ${JSON.stringify(value)}`,
              text: JSON.stringify(document) };
    }
  }
}

const fixturesCompared = compared;
refused = 0;
for (const file of files.filter((name) => path.basename(path.dirname(name)) === "valid")) {
  const list = [...variations(fs.readFileSync(file).toString())];
  const lines = list.map((entry) => entry.text).join("\n");
  const verdicts = JSON.parse(run(["validate-message", "--ndjson", "--json", "-"], lines)).messages;
  list.forEach((entry, i) =>
    compare(`${path.basename(file)} ${entry.label}`, entry.text, verdicts[i]));
}
console.log(`variations: ${compared - fixturesCompared} compared (${refused} refused by ajv)`);

for (const difference of differences.slice(0, 20)) {
  console.error(`differs: ${difference}`);
}
if (differences.length > 0 || compared === fixturesCompared) {
  console.error(`error: ${differences.length} verdicts differ`);
  process.exit(1);
}
console.log("ajv and fogis-redis agree on all of them");
