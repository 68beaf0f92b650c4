// Prints the tokens of a freshly started Unleash as shell variables. It creates a viewer, and
// personal access tokens for the viewer and the admin.
const url = process.argv[2];

async function call(path, body, headers = {}) {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return { cookie: response.headers.get('set-cookie')?.split(';')[0], body: await response.json() };
}

async function personalToken(username, password) {
  const { cookie } = await call('/auth/simple/login', { username, password });
  const expiresAt = new Date(Date.now() + 24 * 3600 * 1000).toISOString();
  return (await call('/api/admin/user/tokens', { description: 'verify', expiresAt }, { cookie })).body.secret;
}

const { cookie } = await call('/auth/simple/login', { username: 'admin', password: 'unleash4all' });
const password = 'Viewer-of-Unleash-1!';
await call('/api/admin/user-admin', { username: 'viewer', password, rootRole: 3, sendEmail: false }, { cookie });
console.log(`URL=${url}
ADMIN_TOKEN='*:*.unleash-insecure-admin-api-token'
ADMIN_PAT='${await personalToken('admin', 'unleash4all')}'
VIEWER_TOKEN='${await personalToken('viewer', password)}'
BACKEND_TOKEN='default:development.unleash-insecure-api-token'
FRONTEND_TOKEN='default:development.unleash-insecure-frontend-api-token'`);
