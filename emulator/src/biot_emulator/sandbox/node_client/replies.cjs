// Encodes what a handler returns.
'use strict';

// Return the JSON of a reply; nothing is null.
function encode(reply, errorClass) {
  let text;
  try {
    text = JSON.stringify(reply === undefined ? null : reply);
  } catch {
    throw new errorClass('Unable to stringify response body');
  }
  // A function has no JSON.
  return text === undefined ? 'null' : text;
}

module.exports = { encode };
