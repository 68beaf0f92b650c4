import { dirname } from "node:path";

// The dependencies of all samples are in the folder above.
const root = dirname(import.meta.dirname);

export default { outputFileTracingRoot: root, turbopack: { root } };
