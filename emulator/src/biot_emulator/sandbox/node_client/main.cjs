// Serves events to a plugin's handler: `node main.cjs HANDLER MAJOR [NOTICE]`.
//
// HANDLER is module and function, MAJOR the version of Node.js whose rules Lambda applies, which may be another one than
// that of the program, and NOTICE what is to be logged first.
'use strict';

const { RuntimeApi } = require('./runtime_api.cjs');
const { Log } = require('./log.cjs');
const { offerStreams } = require('./streams.cjs');
const { serveCallbacks } = require('./callbacks.cjs');
const { servePromises } = require('./promises.cjs');

// Since this version, a handler takes no callback, and what it does not catch ends the process as Node.js itself does.
const FIRST_WITHOUT_CALLBACKS = 24;

function main(handler, major, notice) {
  if (notice) {
    process.stdout.write(`${notice}\n`);
  }
  // The plugin's own programs do not need what is for this one.
  process.argv.length = 2;
  const serve = Number(major) < FIRST_WITHOUT_CALLBACKS ? serveCallbacks : servePromises;
  const log = new Log(major);
  log.replaceConsole();
  offerStreams();
  serve(new RuntimeApi(process.env.AWS_LAMBDA_RUNTIME_API), log, process.env.LAMBDA_TASK_ROOT, handler);
}

main(...process.argv.slice(2));
