// Runs the language server of the editor extension Even Better TOML: one message a line in, one a line out.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const readline = require("node:readline");
const { TaploLsp } = require(process.argv[2]);

// Nothing may be fetched.
globalThis.fetch = () => Promise.reject(new Error("there is no network"));

const environment = {
  now: () => new Date(),
  envVar: (name) => process.env[name],
  envVars: () => Object.entries(process.env),
  stdErrAtty: () => false,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  glob: () => [],
  readFile: (file) => fs.promises.readFile(file),
  writeFile: (file, content) => fs.promises.writeFile(file, content),
  urlToFilePath: (url) => decodeURIComponent(new URL(url).pathname),
  isAbsolute: (file) => path.isAbsolute(file),
  cwd: () => process.cwd(),
  findConfigFile: (folder) => [".taplo.toml", "taplo.toml"].map((name) => path.join(folder, name)).find(fs.existsSync),
  fetch: { fetch: globalThis.fetch, Headers, Request, Response },
};

async function main() {
  const onMessage = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
  const server = await TaploLsp.initialize(environment, { onMessage });
  for await (const line of readline.createInterface({ input: process.stdin })) server.send(JSON.parse(line));
  process.exit(0);
}

main();
