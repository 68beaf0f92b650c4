// A page that depends on a flag, rendered on the server with Unleash's Next.js SDK. It finds
// Unleash through UNLEASH_SERVER_API_URL (http://127.0.0.1:4242/api) and UNLEASH_SERVER_API_TOKEN.
import { evaluateFlags, flagsClient, getDefinitions } from "@unleash/nextjs";

export const dynamic = "force-dynamic";

export default async function Page() {
  const definitions = await getDefinitions({ fetchOptions: { cache: "no-store" }, appName: "sample-nextjs" });
  const flags = flagsClient(evaluateFlags(definitions, { userId: "7" }).toggles);
  const isNew = flags.isEnabled("checkout");
  const variant = flags.getVariant("checkout");
  await flags.sendMetrics();
  return <p id="checkout">{isNew ? `new checkout, variant ${variant.name}` : "old checkout"}</p>;
}
