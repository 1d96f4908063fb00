// The client side of Lambda's Runtime API, on one connection.
//
// No module `http`: plugins and their libraries replace its functions, and would see, or break, these requests.
'use strict';

const { connect } = require('net');

const ROOT = '/2018-06-01/runtime';
const END_OF_HEAD = '\r\n\r\n';
const JSON_TYPE = 'application/json';

class RuntimeApi {
  constructor(address) {
    const colon = address.lastIndexOf(':');
    this.address = address;
    this.socket = connect({ host: address.slice(0, colon), port: Number(address.slice(colon + 1)) });
    this.socket.setNoDelay(true);
    this.socket.on('data', (chunk) => this._receive(chunk));
    this.socket.on('error', () => this._lose());
    this.socket.on('close', () => this._lose());
    this.socket.unref();
    this.response = new Response();
    this.waiting = [];
  }

  // Wait for the next event.
  async next() {
    const { headers, body } = await this._exchange('GET', '/invocation/next');
    return {
      id: headers['lambda-runtime-aws-request-id'],
      deadline: Number(headers['lambda-runtime-deadline-ms']),
      arn: headers['lambda-runtime-invoked-function-arn'],
      trace: headers['lambda-runtime-trace-id'],
      clientContext: headers['lambda-runtime-client-context'],
      identity: headers['lambda-runtime-cognito-identity'],
      payload: body.toString(),
    };
  }

  // Send the reply to an event, as text or bytes.
  answer(event, reply, type = JSON_TYPE) {
    return this._exchange('POST', `/invocation/${event.id}/response`, reply, { 'Content-Type': type });
  }

  // Report the error of an event.
  fail(event, report) {
    return this._report(`/invocation/${event.id}/error`, report);
  }

  // Report why the plugin cannot be loaded.
  failInit(report) {
    return this._report('/init/error', report);
  }

  _report(path, report) {
    const headers = { 'Content-Type': JSON_TYPE, 'Lambda-Runtime-Function-Error-Type': headerText(report.errorType) };
    return this._exchange('POST', path, JSON.stringify(report), headers);
  }

  _exchange(method, path, content = '', headers = {}) {
    const body = Buffer.from(content);
    const fields = { Host: this.address, 'Content-Length': body.length, ...headers };
    const lines = [`${method} ${ROOT}${path} HTTP/1.1`];
    lines.push(...Object.keys(fields).map((name) => `${name}: ${fields[name]}`));
    const head = Buffer.from(lines.join('\r\n') + END_OF_HEAD, 'latin1');
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      // The event loop is empty whenever there is nothing but this connection to wait for, unless a response is due.
      this.socket.ref();
      this.socket.write(Buffer.concat([head, body]));
    });
  }

  _receive(chunk) {
    for (let rest = chunk; rest; ) {
      const { response } = this;
      rest = response.add(rest);
      if (response.isComplete) {
        this.response = new Response();
        this._settle(response);
      }
    }
  }

  _settle({ status, headers, body }) {
    const { resolve, reject } = this.waiting.shift();
    if (this.waiting.length === 0) {
      this.socket.unref();
    }
    if (status >= 200 && status < 300) {
      resolve({ headers, body });
    } else {
      reject(new Error(`The Runtime API responded with ${status}: ${body}`));
    }
  }

  _lose() {
    // Without the Runtime API there is nothing to live for.
    process.exit(1);
  }
}

class Response {
  constructor() {
    this.chunks = [];
    this.size = 0;
    this.expected = null;
    this.isComplete = false;
  }

  // Add what has arrived; return what of it is the next response's, if anything is.
  add(chunk) {
    this.chunks.push(chunk);
    this.size += chunk.length;
    if (this.expected === null && !this._readHead()) {
      return undefined;
    }
    if (this.size < this.expected) {
      return undefined;
    }
    const received = Buffer.concat(this.chunks);
    this.isComplete = true;
    this.body = received.subarray(this.start, this.expected);
    return this.size > this.expected ? received.subarray(this.expected) : undefined;
  }

  _readHead() {
    const received = Buffer.concat(this.chunks);
    const end = received.indexOf(END_OF_HEAD);
    if (end < 0) {
      return false;
    }
    const [first, ...lines] = received.toString('latin1', 0, end).split('\r\n');
    this.status = Number(first.split(' ')[1]);
    this.headers = {};
    for (const line of lines) {
      const colon = line.indexOf(':');
      this.headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    this.start = end + END_OF_HEAD.length;
    this.expected = this.start + Number(this.headers['content-length'] || 0);
    return true;
  }
}

// Leave out what no header can have: a plugin names its errors as it likes.
function headerText(text) {
  return String(text).replace(/[^\x20-\x7e]/g, '?').slice(0, 256);
}

module.exports = { RuntimeApi };
