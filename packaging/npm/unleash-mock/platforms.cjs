"use strict";

// The platforms that have a package, by Node's names.
const platforms = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "win32-x64", "win32-arm64"];

/** Returns the name of the package with the program for a platform. */
const packageOf = (platform) => `@unleash-mock/${platform}`;

/** Returns the path of the program in that package. */
const programOf = (platform) => (platform.startsWith("win32") ? "bin/unleash-mock.exe" : "bin/unleash-mock");

/**
 * Returns the path of the program for this machine: the one that UNLEASH_MOCK_BINARY names, or else
 * the one in the platform's package.
 */
function program() {
  if (process.env.UNLEASH_MOCK_BINARY) {
    return process.env.UNLEASH_MOCK_BINARY;
  }
  const platform = `${process.platform}-${process.arch}`;
  if (!platforms.includes(platform)) {
    throw new Error(`there is no unleash-mock for ${platform}; set UNLEASH_MOCK_BINARY to one that you built`);
  }
  try {
    return require.resolve(`${packageOf(platform)}/${programOf(platform)}`);
  } catch {
    throw new Error(
      `the package ${packageOf(platform)} is not installed; install unleash-mock again, without --omit=optional, on the platform that runs it`,
    );
  }
}

module.exports = { platforms, packageOf, programOf, program };
