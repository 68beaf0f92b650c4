// Starts Unleash with its published example tokens.
import { start } from 'unleash-server';

const token = (secret, type, project, environment) => ({ secret, type, projects: [project], environment, tokenName: `example-${type}` });

// Rate limits for SDKs, lifted for measurements.
const most = 1e9;
const unlimited = {
  sdkApiMaxPerMinute: most, tokenAuthenticationMaxPerMinute: most, clientMetricsMaxPerMinute: most, clientRegisterMaxPerMinute: most,
  frontendMetricsMaxPerMinute: most, frontendRegisterMaxPerMinute: most,
};

await start({
  db: { host: '127.0.0.1', port: Number(process.env.PG_PORT), user: 'unleash', database: 'postgres', password: 'unused', ssl: false },
  server: { host: '127.0.0.1', port: Number(process.env.PORT) },
  enableOAS: true,
  versionCheck: { enable: false },
  telemetry: false,
  ...(process.env.LIMITS === 'off' && { rateLimiting: unlimited, metricsRateLimiting: unlimited }),
  authentication: {
    initApiTokens: [
      token('*:*.unleash-insecure-admin-api-token', 'admin', '*', '*'),
      token('default:development.unleash-insecure-api-token', 'client', 'default', 'development'),
      token('default:development.unleash-insecure-frontend-api-token', 'frontend', 'default', 'development'),
    ],
  },
});
