// A component that depends on a flag, with Unleash's React SDK. The page's query says where
// Unleash is: ?unleash=http://127.0.0.1:4242&token=...
import { FlagProvider, useFlag, useFlagsStatus, useVariant } from "@unleash/proxy-client-react";
import { createRoot } from "react-dom/client";

const settings = new URLSearchParams(location.search);
const config = {
  url: settings.get("unleash") + "/api/frontend",
  clientKey: settings.get("token"),
  appName: "sample-react",
  context: { userId: "7" },
  refreshInterval: 1, // seconds
  metricsInterval: 1,
  metricsIntervalInitial: 1,
};

function Checkout() {
  const { flagsReady } = useFlagsStatus();
  const isNew = useFlag("checkout");
  const variant = useVariant("checkout");
  if (!flagsReady) return <p>loading</p>;
  return <p id="checkout">{isNew ? `new checkout, variant ${variant.name}` : "old checkout"}</p>;
}

createRoot(document.getElementById("root")).render(
  <FlagProvider config={config}>
    <Checkout />
  </FlagProvider>,
);
