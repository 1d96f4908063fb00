// Errors while a plugin is loaded or handles an event, in the Runtime API's format.
'use strict';

const { types } = require('util');

const OWN_FOLDER = __dirname;
const SDK = /Cannot find (?:module|package) '((?:aws-sdk|@aws-sdk|@smithy)(?:\/[^']*)?)'/;
const LAST_WITH_SDK_2 = 16;

// An error that Lambda itself detects, with Lambda's name of it.
class Fault extends Error {
  constructor(kind, message) {
    super(message);
    // As of a class: no detail of its own, which would be logged once more.
    Object.defineProperty(this, 'name', { value: kind });
  }
}

function isError(value) {
  return value instanceof Error;
}

function asError(value) {
  return isError(value) ? value : new Error(value);
}

// Return the report of whatever was thrown.
function describe(error) {
  try {
    if (types.isNativeError(error) || looksLikeError(error)) {
      return {
        errorType: printable(error.name),
        errorMessage: printable(messageOf(error)),
        trace: stackOf(error).map(printable),
      };
    }
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  } catch {
    return { errorType: 'handled', errorMessage: 'The error that was reported has no name, message or stack', trace: [] };
  }
}

function looksLikeError(value) {
  return Boolean(value) && ['name', 'message', 'stack'].every((name) => value[name] && typeof value[name] === 'string');
}

// Return an error's message: a module that is not found names all that have required it, this folder's included.
function messageOf(error) {
  const lines = error.message.split('\n').filter((line) => !line.startsWith('- ') || isForeign(line));
  return lines[lines.length - 1] === 'Require stack:' ? lines.slice(0, -1).join('\n') : lines.join('\n');
}

// Return the lines of an error's stack that are none of this folder's.
function stackOf(error) {
  return error.stack.split('\n').filter(isForeign);
}

// Whether a line, or a path, is not about this folder.
function isForeign(line) {
  return !line.includes(OWN_FOLDER);
}

// Lambda lets no DEL pass.
function printable(text) {
  return text.replaceAll('\x7f', '%7F');
}

// Return what to do about a part of Lambda that is not here; undefined where it is not about that.
function advice(error, major) {
  const match = isError(error) && SDK.exec(error.message);
  if (!match) {
    return undefined;
  }
  const [, name] = match;
  if (name.startsWith('aws-sdk') && Number(major) > LAST_WITH_SDK_2) {
    return `Lambda's nodejs${major}.x has version 3 of the AWS SDK, and no ${name}: use @aws-sdk/..., or put ${name} into the plugin's node_modules`;
  }
  return `Lambda has the AWS SDK for every plugin, and the emulator does not: put ${name} into the plugin's node_modules (npm install ${name})`;
}

module.exports = { Fault, advice, asError, describe, isError, isForeign, messageOf, stackOf };
