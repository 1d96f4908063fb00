// Serves events since Node.js 24: a handler returns a promise or a value, and takes no callback.
'use strict';

const { contextOf } = require('./context.cjs');
const { Fault, advice, describe } = require('./errors.cjs');
const { importHandler } = require('./handlers.cjs');
const { encode } = require('./replies.cjs');
const { isStreaming, streamReply } = require('./streams.cjs');

const PARAMETERS_WITH_CALLBACK = 3;

class StringifyFault extends Fault {
  constructor(message) {
    super('Runtime.JSONStringifyError', message);
  }
}

async function servePromises(api, log, root, name) {
  const handler = await loadHandler(api, log, root, name);
  const reply = isStreaming(handler) ? streamReply : plainReply;
  for (;;) {
    const event = await api.next();
    log.requestId = event.id;
    await answer(api, log, event, () => reply(handler, JSON.parse(event.payload), context(event)));
  }
}

async function loadHandler(api, log, root, name) {
  try {
    const handler = await importHandler(root, name);
    if (handler.length >= PARAMETERS_WITH_CALLBACK && !isStreaming(handler)) {
      const sentence = 'Since nodejs24.x, Lambda calls no callback: make the handler async, with two parameters';
      throw new Fault('Runtime.CallbackHandlerDeprecated', sentence);
    }
    return handler;
  } catch (error) {
    report(log, 'Init Error', error);
    await api.failInit(describe(error));
    return process.exit(1);
  }
}

function context(event) {
  return { ...contextOf(event), xRayTraceId: event.trace };
}

async function plainReply(handler, event, context) {
  const reply = await handler(event, context);
  return { content: encode(reply, StringifyFault), type: undefined };
}

async function answer(api, log, event, reply) {
  let sent;
  try {
    const { content, type } = await reply();
    await immediate();
    sent = api.answer(event, content, type);
  } catch (error) {
    await immediate();
    report(log, 'Invoke Error', error);
    sent = api.fail(event, describe(error));
  }
  // An answer that is refused came too late, or is too large: Lambda goes on as well.
  await sent.catch(() => {});
}

function report(log, title, error) {
  log.error(title, error);
  const sentence = advice(error, log.major);
  if (sentence) {
    log.remark(sentence);
  }
}

// Let everything be done that is due now.
function immediate() {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

module.exports = { servePromises };
