// Handlers that write their reply to a stream: a function URL of the platform buffers it, and so does this.
'use strict';

const { Fault } = require('./errors.cjs');

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const RESPONSE = 'response';
const STREAM_TYPE = 'application/octet-stream';
const HTTP_TYPE = 'application/vnd.awslambda.http-integration-response';

// Give plugins the global `awslambda`, which marks such handlers.
function offerStreams() {
  globalThis.awslambda = {
    ...globalThis.awslambda,
    streamifyResponse(handler) {
      handler[STREAMING] = RESPONSE;
      return handler;
    },
    HttpResponseStream: {
      from(stream, prelude) {
        stream.setContentType(HTTP_TYPE);
        stream.prelude = prelude;
        return stream;
      },
    },
  };
}

function isStreaming(handler) {
  const mark = handler[STREAMING];
  if (mark && mark !== RESPONSE) {
    throw new Fault('Runtime.MalformedStreamingHandler', 'Only response streaming is supported.');
  }
  return Boolean(mark);
}

// Call such a handler; return the content of its reply, and the content's type.
async function streamReply(handler, event, context) {
  const stream = newStream();
  const finished = new Promise((resolve, reject) => {
    stream.on('finish', resolve);
    stream.on('error', reject);
  });
  // Whoever waits for it gets the error; until then, it is nobody's.
  finished.catch(() => {});
  const result = handler(event, stream, context);
  if (!result || typeof result.then !== 'function') {
    throw new Error('Streaming does not support non-async handlers.');
  }
  await result;
  if (!stream.writableEnded) {
    throw new Error('Response stream is not finished.');
  }
  await finished;
  const content = Buffer.concat(stream.chunks);
  return stream.prelude ? asResponse(stream.prelude, content) : { content, type: stream.contentType };
}

function newStream() {
  // Late: most plugins have no use for it.
  const { Writable } = require('stream');
  const stream = new Writable({
    write(chunk, _encoding, done) {
      stream.chunks.push(chunk);
      done();
    },
  });
  const { write } = stream;
  stream.write = (chunk, ...others) => write.call(stream, isContent(chunk) ? chunk : JSON.stringify(chunk), ...others);
  stream.setContentType = (type) => {
    stream.contentType = type;
  };
  return Object.assign(stream, { chunks: [], contentType: STREAM_TYPE, prelude: null });
}

function isContent(chunk) {
  return typeof chunk === 'string' || chunk instanceof Uint8Array;
}

// What the stream says of the HTTP response, as a reply that is not streamed says it.
function asResponse(prelude, content) {
  const response = { ...prelude, body: content.toString('base64'), isBase64Encoded: true };
  return { content: JSON.stringify(response), type: 'application/json' };
}

module.exports = { isStreaming, offerStreams, streamReply };
