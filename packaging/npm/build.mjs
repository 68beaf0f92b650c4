// Builds and packs the packages for npm: "unleash-mock", which contains no program, and one package
// per platform, which contains it.
//
//   npm run build                          for this platform
//   npm run build:all                      for every platform
//   npm run build -- --version 1.2.3
//   npm run build -- --binary ../../dist/unleash-mock
//
// The output is in dist, each package as a folder and as a .tgz. Programs are built with Go, unless
// --binary names one that is already built, for this platform.
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { platforms, packageOf, programOf } = createRequire(import.meta.url)("./unleash-mock/platforms.cjs");

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../..");
const dist = join(here, "dist");
const goNames = { win32: "windows", x64: "amd64" };

const { values } = parseArgs({
  options: {
    all: { type: "boolean", default: false },
    binary: { type: "string" },
    version: { type: "string", default: "0.0.0-dev" },
  },
});
const host = `${process.platform}-${process.arch}`;
const wanted = values.all ? platforms : [host];
if (!wanted.every((platform) => platforms.includes(platform))) {
  fail(`there is no package for ${host}, only for ${platforms.join(", ")}`);
}
if (!/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(values.version)) {
  fail(`--version ${values.version} is not a version such as 1.2.3 or 1.2.3-rc.1`);
}

rmSync(dist, { recursive: true, force: true });
const packed = [picker(), ...wanted.map(platformPackage)].map(pack);
console.log(packed.join("\n"));

// picker creates the package that users install by name.
function picker() {
  const folder = join(dist, "unleash-mock");
  cpSync(join(here, "unleash-mock"), folder, { recursive: true });
  for (const kind of ["mts", "cts"]) {
    cpSync(join(here, "unleash-mock/index.d.ts"), join(folder, `index.d.${kind}`));
  }
  rmSync(join(folder, "index.d.ts"));
  const description = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  description.version = values.version;
  description.optionalDependencies = Object.fromEntries(platforms.map((platform) => [packageOf(platform), values.version]));
  return finished(folder, description);
}

// platformPackage creates the package for one platform.
function platformPackage(platform) {
  const folder = join(dist, platform);
  const [os, cpu] = platform.split("-");
  const program = join(folder, programOf(platform));
  mkdirSync(dirname(program), { recursive: true });
  if (values.binary && platform === host) {
    cpSync(resolve(values.binary), program);
  } else {
    build(program, os, cpu);
  }
  chmodSync(program, 0o755);
  writeFileSync(join(folder, "README.md"), `The program of [unleash-mock](https://www.npmjs.com/package/unleash-mock) for ${platform}. Install that.\n`);
  return finished(folder, {
    name: packageOf(platform),
    version: values.version,
    description: `The program of unleash-mock for ${platform}`,
    license: "Apache-2.0",
    repository: { type: "git", url: "git+https://github.com/unleash-mock/unleash-mock.git" },
    os: [os],
    cpu: [cpu],
    preferUnplugged: true,
    publishConfig: { access: "public" }, // npm publishes packages with a scope as private ones otherwise
  });
}

// build compiles the program as for a release.
function build(program, os, cpu) {
  execFileSync("bash", ["scripts/build-release.sh", program, values.version], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, GOOS: goNames[os] ?? os, GOARCH: goNames[cpu] ?? cpu },
  });
}

// finished writes a package's package.json and its license.
function finished(folder, description) {
  writeFileSync(join(folder, "package.json"), JSON.stringify(description, null, 2) + "\n");
  cpSync(join(root, "LICENSE"), join(folder, "LICENSE"));
  return folder;
}

// pack packs a package with npm and returns the path of the file.
function pack(folder) {
  const said = execFileSync("npm", ["pack", "--json", "--silent", "--pack-destination", dist, folder], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    shell: process.platform === "win32", // npm is a script there
  });
  return join(dist, Object.values(JSON.parse(said))[0].filename);
}

function fail(message) {
  console.error(message);
  process.exit(2);
}
