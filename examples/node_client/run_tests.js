/** Run the tests with a fake that records value coverage, and print what they were served. */

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const DATA_FILE = ".smartflo-coverage";
const MIN_PERCENT = "50";

const options = ["serve", "--port", "0", "--coverage", DATA_FILE];
const fake = spawn("smartflo-contract", options, { stdio: ["ignore", "pipe", "inherit"] });
const ended = once(fake, "exit");
const [url] = await Promise.race([once(createInterface(fake.stdout), "line"), ended]);
if (typeof url !== "string") process.exit(1); // standard error has the reason

const env = { ...process.env, SMARTFLO_URL: url };
const tests = spawnSync(process.execPath, ["--test", "test/*.test.js"], { stdio: "inherit", env });
fake.kill();
await ended;
const report = ["coverage", "report", DATA_FILE, "--fail-under", MIN_PERCENT];
const { status } = spawnSync("smartflo-contract", report, { stdio: "inherit" });
process.exit(tests.status || status);
