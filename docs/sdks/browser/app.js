// A page that checks a flag with Unleash's browser SDK. The page's query says where Unleash is:
// ?unleash=http://127.0.0.1:4242&token=...
import { UnleashClient } from "unleash-proxy-client";

const settings = new URLSearchParams(location.search);
const unleash = new UnleashClient({
  url: settings.get("unleash") + "/api/frontend",
  clientKey: settings.get("token"),
  appName: "sample-browser",
  context: { userId: "7" },
  refreshInterval: 1, // seconds
  metricsInterval: 1,
  metricsIntervalInitial: 1,
});

function show() {
  const variant = unleash.getVariant("checkout");
  document.getElementById("checkout").textContent =
    unleash.isEnabled("checkout") ? `new checkout, variant ${variant.name}` : "old checkout";
}

unleash.on("ready", show);
unleash.on("update", show);
unleash.start();
