/**
 * Run the tests with a fake that records value coverage, and print what they were served;
 * with the fake that SMARTFLO_BASE_URL names, if it is set.
 */

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { createInterface } from "node:readline";

const DATA_FILE = ".smartflo-coverage";
const MIN_PERCENT = "50";

if (process.env.SMARTFLO_BASE_URL) { // smartflo-contract mutate: hundreds of runs, so without another process
  process.env.SMARTFLO_URL = process.env.SMARTFLO_BASE_URL;
  const files = readdirSync("test").filter((name) => name.endsWith(".test.js"));
  for (const name of files) await import(`./test/${name}`);
} else {
  process.exit(await runWithFake());
}

/** Run the tests with a fake of their own, print what they were served, and return the exit code. */
async function runWithFake() {
  const options = ["serve", "--port", "0", "--coverage", DATA_FILE];
  const fake = spawn("smartflo-contract", options, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(fake, "exit");
  const [url] = await Promise.race([once(createInterface(fake.stdout), "line"), ended]);
  if (typeof url !== "string") return 1; // standard error has the reason

  const failed = runTests(url);
  fake.kill();
  await ended;
  const report = ["coverage", "report", DATA_FILE, "--fail-under", MIN_PERCENT];
  const { status } = spawnSync("smartflo-contract", report, { stdio: "inherit" });
  return failed || status;
}

/** Run the tests against a fake, and return the exit code. */
function runTests(url) {
  const env = { ...process.env, SMARTFLO_URL: url };
  return spawnSync(process.execPath, ["--test", "test/*.test.js"], { stdio: "inherit", env }).status;
}
