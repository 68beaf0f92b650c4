// The types as ECMAScript modules see them.
import { startMock, type ActiveFailure } from "unleash-mock";

export async function failing(): Promise<ActiveFailure> {
  await using mock = await startMock({ flags: "flags.yaml", timeout: 2000 });
  for (const { status, response } of await mock.waitForRequests(2, { path: "/api/*" })) {
    console.log(status.toFixed(), response.body.length, mock.url, mock.tokens.backend);
  }
  return mock.workspace("other").fail({ operation: ["getReady", "getHealth"], delay: "250ms", fault: "reset" });
}
