// Writes what a plugin logs, and its errors, as Lambda does.
'use strict';

const { format } = require('util');
const { asError, describe, isError, isForeign, messageOf, stackOf } = require('./errors.cjs');

const LEVELS = {
  trace: 'TRACE', debug: 'DEBUG', info: 'INFO', log: 'INFO', warn: 'WARN', error: 'ERROR', fatal: 'FATAL',
};
// Where other libraries for Lambda look for it.
const REQUEST_ID = Symbol.for('aws.lambda.runtime.requestId');

class Log {
  constructor(major) {
    this.major = Number(major);
    // What stands for the request while the plugin is loaded.
    this.noRequest = this.major < 24 ? undefined : '-';
  }

  // From now on, what is logged belongs to this request.
  set requestId(id) {
    global[REQUEST_ID] = id;
  }

  // Have `console` log in Lambda's format, which has the time in UTC, the request and the level before the message.
  replaceConsole() {
    for (const method of Object.keys(LEVELS)) {
      console[method] = (message, ...others) => this._write(LEVELS[method], message, others);
    }
  }

  // Log an error, with everything that it says about itself, in one line.
  error(title, error) {
    this._write('ERROR', title, [`\t${errorText(asError(error))}`]);
  }

  // Log a sentence of the emulator's own.
  remark(sentence) {
    this._write('WARN', sentence, []);
  }

  _write(level, message, others) {
    const id = global[REQUEST_ID] === undefined ? this.noRequest : global[REQUEST_ID];
    process.stdout.write(`${new Date().toISOString()}\t${id}\t${level}\t${format(message, ...others)}\n`);
  }
}

function errorText(error) {
  try {
    return JSON.stringify(error, (_, value) => (isError(value) ? withDetails(value) : value));
  } catch {
    return JSON.stringify(describe(error));
  }
}

function withDetails(error) {
  const details = { errorType: error.name, errorMessage: messageOf(error), code: error.code, ...error };
  if (Array.isArray(details.requireStack)) {
    details.requireStack = details.requireStack.filter(isForeign);
  }
  return typeof error.stack === 'string' ? { ...details, stack: stackOf(error) } : details;
}

module.exports = { Log };
