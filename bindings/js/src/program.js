// Finds the program `lookalike`.

import { accessSync, constants } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";

const SCOPE = "@lookalike-glance";
const require = createRequire(import.meta.url);

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

// The package for this platform, which npm installs beside this one if there is one.
function packaged() {
  try {
    return require.resolve(`${SCOPE}/${process.platform}-${process.arch}/bin/lookalike`);
  } catch {
    return undefined;
  }
}

/** Returns the path of the program: that of the package for this platform, or else the first one in the PATH. */
export function findProgram({ besides } = {}) {
  const found = packaged();
  if (found) return found;
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(folder || ".", "lookalike");
    // The shim of this package is in the PATH, too.
    if (isProgram(path) && !(besides && besides(path))) return path;
  }
  throw new Error(
    `there is no package of lookalike for ${process.platform}-${process.arch}, and no program \`lookalike\` in the PATH: ` +
      "install it, name it by the option `program`, or set LOOKALIKE_URL to the URL of a server that runs",
  );
}
