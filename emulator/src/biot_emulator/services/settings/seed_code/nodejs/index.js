// The first code of a plugin: it changes nothing, until its developer sends other code.
'use strict';

// Give back what came, as the kind of hook asks for it.
exports.handler = async (event) => {
  const headers = Object.entries(event.headers || {});
  const [, kind] = headers.find(([name]) => name.toLowerCase() === 'hooktype') || [];
  if (kind === 'INTERCEPTOR_PRE') {
    return { request: JSON.parse(event.body).request };
  }
  if (kind === 'INTERCEPTOR_POST' || kind === 'INTERCEPTOR_POST_ENTITY') {
    return { response: JSON.parse(event.body).response };
  }
  return { statusCode: 200, body: JSON.stringify({ message: 'This plugin has no code of its own yet' }) };
};
