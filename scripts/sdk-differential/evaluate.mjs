// Evaluates flags offline with Unleash's Node SDK: each configuration bootstraps an SDK without a
// server.
//
// Standard input: [{features, segments, cases: [{name, context}]}]
// Standard output: [[{enabled, variant}]], a list for each configuration
import { json } from 'node:stream/consumers';
import { InMemStorageProvider, Unleash } from 'unleash-client';

const appName = 'differential';
const unreachable = 'http://127.0.0.1:9/';

async function start(features, segments) {
  const sdk = new Unleash({
    appName,
    url: unreachable,
    refreshInterval: 0,
    disableMetrics: true,
    skipInstanceCountWarning: true,
    storageProvider: new InMemStorageProvider(),
    bootstrap: { data: features, segments },
  });
  sdk.on('error', () => {}); // the server cannot be reached
  await new Promise((resolve) => sdk.once('ready', resolve));
  return sdk;
}

const answers = [];
for (const { features, segments, cases } of await json(process.stdin)) {
  const sdk = await start(features, segments);
  answers.push(
    cases.map(({ name, context }) => {
      const { featureEnabled, ...variant } = sdk.getVariant(name, context);
      return { enabled: sdk.isEnabled(name, context), variant };
    }),
  );
  sdk.destroy();
}
process.stdout.write(JSON.stringify(answers));
