// The types as CommonJS sees them.
import { startMock, type Exchange, type Mock } from "unleash-mock";

export async function switched(name: string): Promise<Exchange[]> {
  const mock: Mock = await startMock({ flags: { [name]: true }, args: ["--deterministic"] });
  await mock.setFlag(name, { variant: { name: "blue", payload: { type: "string", value: "#00f" } } });
  // @ts-expect-error a status is not a string
  await mock.fail({ status: "500" });
  await mock.stop();
  return mock.requests({ operation: "getFrontendFeatures", status: "2xx" });
}
