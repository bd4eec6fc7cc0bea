#!/usr/bin/env node
// cyclonedx-validate FILE...: judges CycloneDX 1.6 documents by the official schema, foreign members included. Exit status 0 when all are
// accepted, 1 when one is refused.
//
// Lies in the node/ folder of the peers or runs from the checkout; packages are looked for in WAYBILL_NODE_PACKAGES, else beside it.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error('usage: cyclonedx-validate FILE...');
  process.exit(2);
}
const packages = process.env.WAYBILL_NODE_PACKAGES;
const require = createRequire(packages === undefined ? import.meta.url : pathToFileURL(`${packages}/`));
const { Spec, Validation } = require('@cyclonedx/cyclonedx-library');

const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
let refused = false;
for (const file of files) {
  const problems = await validator.validate(readFileSync(file, 'utf8'));
  if (problems === null) continue;
  refused = true;
  console.log(`${file}: ${JSON.stringify(problems)}`);
}
process.exit(refused ? 1 : 0);
