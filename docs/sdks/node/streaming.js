// The same program with an SDK that does not poll: it gets changes from a stream. Only Unleash
// Enterprise has streams; with open-source Unleash, the SDK polls.
import { InMemStorageProvider, initialize } from "unleash-client";

const unleash = initialize({
  url: process.env.UNLEASH_URL + "/api",
  customHeaders: { Authorization: process.env.UNLEASH_TOKEN },
  appName: "sample-node-streaming",
  experimentalMode: { type: "streaming" },
  metricsInterval: 250,
  storageProvider: new InMemStorageProvider(),
});

let said = "";
function say() {
  const enabled = unleash.isEnabled("checkout", { userId: "7" });
  const variant = unleash.getVariant("checkout", { userId: "7" });
  const line = `checkout is ${enabled ? "on" : "off"}, variant ${variant.name}`;
  if (line !== said) console.log(line);
  said = line;
}

unleash.on("changed", say);
unleash.on("warn", (problem) => console.error(problem));
unleash.on("error", (problem) => console.error(problem.message));
