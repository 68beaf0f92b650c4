import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startMock, type Mock } from "unleash-mock";
import { checkoutPage } from "../checkout.js";

let mock: Mock;

beforeAll(async () => {
  mock = await startMock({ flags: { checkout: true } });
});
beforeEach(() => mock.reset());
afterAll(() => mock.stop());

const page = (of = mock) => checkoutPage({ url: of.url, token: of.tokens.frontend });

test("the new checkout is shown while the flag is on", async () => {
  expect(await page()).toBe("The new checkout, disabled");
  await mock.setFlag("checkout", false);
  expect(await page()).toBe("The checkout, as it always was");
});

test("the new checkout has the color of the variant", async () => {
  await mock.setFlag("checkout", { variant: "blue" });
  expect(await page()).toBe("The new checkout, blue");
});

test("the app survives a failing Unleash", async () => {
  const failure = await mock.fail({ operation: "getFrontendFeatures", status: 503, times: 1 });
  expect(await page()).toBe("The checkout, as it always was");
  expect(await page()).toBe("The new checkout, disabled");
  expect(await failure.hits()).toBe(1);
});

test("every request fails until the failure is dropped", async () => {
  const failure = await mock.fail();
  expect(await page()).toBe("The checkout, as it always was");
  await failure.drop();
  expect(await page()).toBe("The new checkout, disabled");
});

test("the app sends one request", async () => {
  await page();
  const [request, ...others] = await mock.requests({ operation: "getFrontendFeatures" });
  expect(others).toEqual([]);
  expect(request).toMatchObject({ method: "GET", target: "/api/frontend", status: 200, violations: [] });
  expect(await mock.waitForRequests(1, { path: "/api/*" })).toHaveLength(1);
  await expect(mock.waitForRequests(2, {}, 10)).rejects.toThrow("within 10 ms the mock got 1 of 2 requests");
});

test("the newest of many requests are shown, oldest first", async () => {
  const busy = await startMock({ args: ["--journal-size", "2000"] });
  for (let i = 0; i <= 1000; i++) await fetch(`${busy.url}/health?${i}`);
  const targets = (await busy.requests()).map(({ target }) => target);
  expect([targets.length, targets[0], targets.at(-1)]).toEqual([1000, "/health?1", "/health?1000"]);
  await busy.stop();
}, 60_000);

test("workspaces share nothing", async () => {
  const other = mock.workspace("other");
  await other.setFlag("checkout", false);
  expect([await page(other), await page()]).toEqual(["The checkout, as it always was", "The new checkout, disabled"]);
});

test("a mock can use HTTPS", async () => {
  const secured = await startMock({ args: ["--tls"] });
  expect(secured.url).toMatch(/^https:/);
  await secured.setFlag("checkout", true);
  await secured.stop();
});

test("mistakes are reported", async () => {
  await expect(mock.fail({ operation: "noSuchOperation" })).rejects.toThrow("noSuchOperation");
  await expect(startMock({ flags: { checkout: "maybe" } as never })).rejects.toThrow("checkout: got string");
  await expect(startMock({ args: ["--no-such-flag"] })).rejects.toThrow("unknown flag: --no-such-flag");
});
