export { MockAssertionError, MockError } from "./errors.js";
export { attach, start } from "./server.js";
