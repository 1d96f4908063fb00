// Serves events up to Node.js 22: a handler returns a promise, calls a callback, or ends the event by its context.
'use strict';

const { contextOf } = require('./context.cjs');
const { Fault, advice, describe } = require('./errors.cjs');
const { requireHandler } = require('./handlers.cjs');
const { encode } = require('./replies.cjs');
const { isStreaming, streamReply } = require('./streams.cjs');

const UNCAUGHT = 129;
const UNHANDLED = 128;
// What Node.js itself ends with where the main module waits for ever.
const UNSETTLED = 13;

function serveCallbacks(api, log, root, name) {
  new CallbackService(api, log).start(root, name);
}

class CallbackService {
  constructor(api, log) {
    this.api = api;
    this.log = log;
    // Where a report of what nobody has caught goes; undefined while nobody waits for any.
    this.report = (report) => api.failInit(report);
    this.isEnding = false;
    this.onIdle = () => process.exit(UNSETTLED);
  }

  async start(root, name) {
    process.on('uncaughtException', (error) => this._end('Uncaught Exception', error, UNCAUGHT));
    process.on('unhandledRejection', (reason) => this._end('Unhandled Promise Rejection', rejection(reason), UNHANDLED));
    process.on('beforeExit', () => this.onIdle());
    try {
      this.handler = await requireHandler(root, name);
      this.isStreaming = isStreaming(this.handler);
    } catch (error) {
      this._end('Uncaught Exception', error, UNCAUGHT);
      return;
    }
    this.ignoreIdle();
    this.proceed();
  }

  // Go on with the next event, once everything that is due now is done.
  proceed() {
    setImmediate(() => this._handleNext());
  }

  ignoreIdle() {
    this.onIdle = () => {};
  }

  async _handleNext() {
    this.report = undefined;
    const event = await this.api.next();
    this.report = (report) => this.api.fail(event, report);
    this.log.requestId = event.id;
    const invocation = new Invocation(this, event);
    const context = Object.assign(invocation.callbacks(), contextOf(event));
    if (this.isStreaming) {
      await invocation.stream(this.handler, context);
    } else {
      this.onIdle = () => invocation.endIdle(this.handler);
      invocation.run(this.handler, context);
    }
  }

  // Report what nobody has caught, and end the process.
  _end(title, error, code) {
    this.log.error(title, error);
    this.advise(error);
    if (this.isEnding) {
      return;
    }
    this.isEnding = true;
    const exit = () => process.exit(code);
    if (this.report) {
      this.report(describe(error)).then(exit, exit);
    } else {
      exit();
    }
  }

  advise(error) {
    const sentence = advice(error, this.log.major);
    if (sentence) {
      this.log.remark(sentence);
    }
  }
}

// One event, which ends by whatever comes first.
class Invocation {
  constructor(service, event) {
    this.service = service;
    this.event = event;
    this.isOver = false;
    this.waitsForEmptyEventLoop = true;
  }

  // Return what of a context ends the event.
  callbacks() {
    const invocation = this;
    return {
      get callbackWaitsForEmptyEventLoop() {
        return invocation.waitsForEmptyEventLoop;
      },
      set callbackWaitsForEmptyEventLoop(value) {
        invocation.waitsForEmptyEventLoop = value;
      },
      succeed: (reply) => this._first(() => this._succeed(reply)),
      fail: (error) => this._first(() => this._fail(isNothing(error) ? 'handled' : error)),
      done: (error, reply) => this._first(() => (isNothing(error) ? this._succeed(reply) : this._fail(error))),
    };
  }

  run(handler, context) {
    const callback = (error, reply) => this._first(() => this._callBack(error, reply));
    try {
      const result = handler(JSON.parse(this.event.payload), context, callback);
      if (result && typeof result.then === 'function') {
        result.then(context.succeed, context.fail).catch(context.fail);
      }
    } catch (error) {
      callback(error);
    }
  }

  async stream(handler, context) {
    this.service.ignoreIdle();
    try {
      const { content, type } = await streamReply(handler, JSON.parse(this.event.payload), context);
      this._first(() => this._send(content, type));
    } catch (error) {
      context.fail(error);
    }
  }

  // There is nothing left to wait for, and the handler has not ended the event.
  endIdle(handler) {
    this._first(() => {
      if (handler.constructor && handler.constructor.name === 'AsyncFunction') {
        const sentence = 'The event loop is empty, and the promise of the handler was never settled';
        this._fail(new Fault('Runtime.NodeJsExit', sentence));
      } else {
        this._succeed(undefined);
      }
    });
  }

  _first(end) {
    if (!this.isOver && !this.service.isEnding) {
      end();
      this.isOver = true;
    }
  }

  _callBack(error, reply) {
    if (!isNothing(error)) {
      this._fail(error);
    } else if (this.waitsForEmptyEventLoop) {
      this.service.onIdle = () => setImmediate(() => this._succeed(reply));
    } else {
      this._succeed(reply);
    }
  }

  _succeed(reply) {
    this._send(encode(reply, Error));
  }

  _send(content, type) {
    this.service.ignoreIdle();
    this._proceedAfter(this.service.api.answer(this.event, content, type));
  }

  _fail(error) {
    this.service.ignoreIdle();
    this.service.log.error('Invoke Error', error);
    this.service.advise(error);
    this._proceedAfter(this.service.api.fail(this.event, describe(error)));
  }

  _proceedAfter(sent) {
    this.service.report = () => sent;
    const proceed = () => this.service.proceed();
    // An answer that is refused came too late, or is too large: Lambda goes on as well.
    sent.then(proceed, proceed);
  }
}

function isNothing(error) {
  return error === undefined || error === null;
}

function rejection(reason) {
  const fault = new Fault('Runtime.UnhandledPromiseRejection', String(reason));
  // Where it was rejected, not where it was noticed.
  if (reason && typeof reason.stack === 'string') {
    fault.stack = `${fault.name}: ${reason.stack}`;
  }
  return Object.assign(fault, { reason });
}

module.exports = { serveCallbacks };
