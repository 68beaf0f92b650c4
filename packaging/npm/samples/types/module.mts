// The types as ECMAScript modules see them.
import { startMock, type ActiveFailure, type StartOptions } from "unleash-mock";
import features from "./features.json" with { type: "json" };

export const forms: StartOptions["flags"][] = [
  { checkout: true, "new-search": { variant: "blue" } },
  { version: 2, features: [{ name: "checkout", enabled: true, strategies: [] }] },
  features,
  "flags.yaml",
  // @ts-expect-error a flag is not a text
  { checkout: "yes" },
];

export async function failing(): Promise<ActiveFailure> {
  await using mock = await startMock({ flags: "flags.yaml", timeout: 2000 });
  await mock.setFlags(features);
  for (const { status, host, response } of await mock.waitForRequests(2, { path: "/api/*" })) {
    console.log(status.toFixed(), host.length, response.wireSize ?? response.size, response.body.length, mock.url, mock.tokens.backend);
  }
  await mock.delay({ distribution: "uniform", min: "10ms", max: "1s" }, { path: "/api/frontend", times: 1 });
  // @ts-expect-error what is only late has no status
  await mock.delay(250, { status: 503 });
  return mock.workspace("other").fail({ operation: ["getReady", "getHealth"], delay: 250, fault: "reset" });
}
