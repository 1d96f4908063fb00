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
  if (text === undefined) {
    // A function or a symbol, which has no JSON.
    throw new TypeError('Wrong arguments');
  }
  return text;
}

module.exports = { encode };
