// Must not compile: two of the three required properties are missing.
import type { components } from "./api.js";

export const body: components["schemas"]["CreateExecutionRequest"] = { sourceSystem: "storefront" };
