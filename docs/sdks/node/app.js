// A server program that checks a flag with Unleash's Node SDK, and prints a line whenever the
// answer changes.
import { InMemStorageProvider, initialize } from "unleash-client";

const unleash = initialize({
  url: process.env.UNLEASH_URL + "/api",
  customHeaders: { Authorization: process.env.UNLEASH_TOKEN },
  appName: "sample-node",
  // Outside tests, poll every few seconds and leave out storageProvider: the default is a file.
  refreshInterval: 250,
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

unleash.on("synchronized", () => setInterval(say, 50)); // the SDK alone does not keep the program running
unleash.on("error", (problem) => console.error(problem.message));
