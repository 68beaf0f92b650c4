/** The app that the samples test. It gets its flags from the Frontend API. */
export async function checkoutPage(unleash: { url: string; token: string }): Promise<string> {
  const answer = await fetch(`${unleash.url}/api/frontend`, { headers: { Authorization: unleash.token } });
  if (!answer.ok) {
    return "The checkout, as it always was";
  }
  const { toggles } = (await answer.json()) as { toggles: { name: string; variant: { name: string } }[] };
  const flag = toggles.find((toggle) => toggle.name === "checkout");
  return flag === undefined ? "The checkout, as it always was" : `The new checkout, ${flag.variant.name}`;
}
