import { dirname } from "node:path";

// The parent folder has the dependencies of all samples.
const root = dirname(import.meta.dirname);

export default { outputFileTracingRoot: root, turbopack: { root } };
