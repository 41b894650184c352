export { Client } from "./client.js";
export { ControlError, MismatchError } from "./errors.js";
export { findProgram } from "./program.js";
export { Cloud, cloud, run } from "./run.js";
export { Server, start } from "./server.js";
