// What a handler is told about the event, the function and the time that is left.
'use strict';

// Return what a handler's context has in every version of Node.js.
function contextOf(event) {
  setTrace(event.trace);
  const { env } = process;
  return {
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: parsed(event.clientContext),
    identity: parsed(event.identity),
    invokedFunctionArn: event.arn,
    awsRequestId: event.id,
    tenantId: undefined,
    getRemainingTimeInMillis: () => event.deadline - Date.now(),
  };
}

function parsed(text) {
  return text === undefined ? undefined : JSON.parse(text);
}

function setTrace(trace) {
  if (trace === undefined) {
    delete process.env._X_AMZN_TRACE_ID;
  } else {
    process.env._X_AMZN_TRACE_ID = trace;
  }
}

module.exports = { contextOf };
