import { test as base, expect } from "@playwright/test";
import { startMock, type Mock } from "unleash-mock";

// One mock per worker, and one workspace in it per test.
const test = base.extend<{ unleash: Mock }, { mock: Mock }>({
  mock: [
    async ({}, use) => {
      const mock = await startMock({ flags: { checkout: true } });
      await use(mock);
      await mock.stop();
    },
    { scope: "worker" },
  ],
  unleash: async ({ mock }, use, { testId }) => {
    await use(mock.workspace(testId));
  },
});

for (const enabled of [true, false]) {
  test(`the flag is ${enabled ? "on" : "off"}`, async ({ unleash, request }) => {
    await unleash.setFlag("checkout", enabled);
    const answer = await request.get(`${unleash.url}/api/frontend?userId=7`, { headers: { Authorization: unleash.tokens.frontend } });
    expect(answer.status()).toBe(200);
    expect((await answer.json()).toggles).toHaveLength(enabled ? 1 : 0);
    expect(await unleash.requests()).toHaveLength(1);
  });
}

test("Unleash fails", async ({ unleash, request }) => {
  await unleash.fail({ status: 502 });
  const answer = await request.get(`${unleash.url}/api/frontend`, { headers: { Authorization: unleash.tokens.frontend } });
  expect(answer.status()).toBe(502);
});
