// Checks the flags that a mock serves against the client specification, with the Node SDK:
//
//   node check.mjs URL TOKEN FOLDER
//
// The flags of each file go to a separate workspace, from which the SDK reads them. The program
// prints the cases with an unexpected result, and the number of cases.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { InMemStorageProvider, Unleash } from "unleash-client";

const [url, token, folder] = process.argv.slice(2);
const read = (name) => JSON.parse(readFileSync(join(folder, name), "utf8"));

// stateOf returns the flags of a file. Some files contain changes instead, which it applies.
function stateOf({ events, ...state }) {
  if (!events) return state;
  const features = new Map();
  const segments = new Map();
  const apply = {
    hydration: (e) => {
      for (const feature of e.features) features.set(feature.name, feature);
      for (const segment of e.segments) segments.set(segment.id, segment);
    },
    "feature-updated": (e) => features.set(e.feature.name, e.feature),
    "feature-removed": (e) => features.delete(e.featureName),
    "segment-updated": (e) => segments.set(e.segment.id, e.segment),
    "segment-removed": (e) => segments.delete(e.segmentId),
  };
  for (const event of events) apply[event.type](event);
  return { version: 2, features: [...features.values()], segments: [...segments.values()] };
}

async function put(workspace, state) {
  const headers = { "Content-Type": "application/json" };
  const response = await fetch(`${workspace}/_mock/flags`, { method: "PUT", headers, body: JSON.stringify(state) });
  if (!response.ok) throw new Error(`${workspace}: ${response.status} ${await response.text()}`);
}

function connect(workspace) {
  const unleash = new Unleash({
    url: `${workspace}/api`,
    customHeaders: { Authorization: token },
    appName: "client-specification",
    refreshInterval: 3_600_000, // fetch only once
    disableMetrics: true,
    skipInstanceCountWarning: true,
    storageProvider: new InMemStorageProvider(),
  });
  return new Promise((resolve, reject) => {
    unleash.on("error", reject);
    unleash.on("synchronized", () => resolve(unleash));
  });
}

// contextOf converts the time of a context to a Date, which the SDK expects.
const contextOf = ({ currentTime, ...rest }) => (currentTime ? { ...rest, currentTime: new Date(currentTime) } : rest);

let cases = 0;
function judge(file, one, got) {
  cases++;
  if (!isDeepStrictEqual(got, one.expectedResult)) console.log(`${file}, ${one.description}: ${JSON.stringify(got)}`);
}

for (const file of read("index.json")) {
  const { state, tests = [], variantTests = [] } = read(file);
  const workspace = `${url}/w/${file.slice(0, 2)}`;
  await put(workspace, stateOf(state));
  const unleash = await connect(workspace);
  for (const one of tests) judge(file, one, unleash.isEnabled(one.toggleName, contextOf(one.context)));
  for (const one of variantTests) {
    const { featureEnabled, ...variant } = unleash.getVariant(one.toggleName, contextOf(one.context));
    judge(file, one, variant);
  }
  unleash.destroy();
}
console.log(`${cases} cases`);
