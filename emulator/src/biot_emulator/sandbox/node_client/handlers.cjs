// Finds the function that handles a plugin's events.
'use strict';

const { existsSync, readFileSync } = require('fs');
const path = require('path');
const { pathToFileURL } = require('url');
const { Fault } = require('./errors.cjs');

// Load a handler by `require`, but for ES modules: up to Node.js 22.
function requireHandler(root, name) {
  return load(root, name, requireModule, (module, keys) => keys.reduce((value, key) => value && value[key], module));
}

// Load a handler by `import`, whatever kind of module it is in, and find it among the default exports as well.
function importHandler(root, name) {
  return load(root, name, importModule, (module, keys) => property(module, keys) || property(module.default, keys));
}

async function load(root, name, loadModule, find) {
  const { folder, module, keys } = split(name);
  const handler = find(await loaded(() => loadModule(root, folder, module)), keys);
  if (!handler) {
    throw new Fault('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
  }
  if (typeof handler !== 'function') {
    throw new Fault('Runtime.HandlerNotFound', `${name} is not a function`);
  }
  return handler;
}

// `folder/module.outer.inner` has a path, a module without its extension, and the way to the function in it.
function split(name) {
  if (name.includes('..')) {
    throw new Fault('Runtime.MalformedHandlerName', `'${name}' is not a valid handler name: it must not contain '..'`);
  }
  const last = path.basename(name);
  const dot = last.indexOf('.');
  if (dot < 0) {
    throw new Fault('Runtime.MalformedHandlerName', 'Bad handler');
  }
  const folder = name.slice(0, name.indexOf(last));
  return { folder, module: last.slice(0, dot), keys: last.slice(dot + 1).split('.') };
}

async function loaded(loadModule) {
  try {
    return await loadModule();
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw renamed('Runtime.UserCodeSyntaxError', error);
    }
    if (error && error.code === 'MODULE_NOT_FOUND') {
      throw renamed('Runtime.ImportModuleError', error);
    }
    throw error;
  }
}

// The stack says in which line the plugin is wrong.
function renamed(kind, error) {
  const fault = new Fault(kind, String(error));
  fault.stack = `${kind}: ${error.stack}`;
  return fault;
}

async function requireModule(root, folder, module) {
  const file = path.resolve(root, folder, module);
  const isImported = existsSync(`${file}.js`) && belongsToModulePackage(path.dirname(file));
  return (
    requireFile(file) ||
    (!isImported && requireFile(`${file}.js`)) ||
    (isImported && (await importFile(`${file}.js`))) ||
    (await importFile(`${file}.mjs`)) ||
    requireFile(`${file}.cjs`) ||
    requireAnywhere(root, folder, module)
  );
}

async function importModule(root, folder, module) {
  const file = path.resolve(root, folder, module);
  for (const extension of ['', '.js', '.mjs', '.cjs']) {
    const imported = await importFile(file + extension);
    if (imported) {
      return imported;
    }
  }
  return requireAnywhere(root, folder, module);
}

function requireFile(file) {
  return existsSync(file) ? require(file) : undefined;
}

function importFile(file) {
  return existsSync(file) ? import(pathToFileURL(file)) : undefined;
}

// A package that has the handler.
function requireAnywhere(root, folder, module) {
  return require(require.resolve(module, { paths: [root, path.join(root, folder)] }));
}

// Whether the nearest package.json says that files with `.js` are ES modules.
function belongsToModulePackage(folder) {
  if (path.basename(folder) === 'node_modules') {
    return false;
  }
  const file = path.join(folder, 'package.json');
  if (existsSync(file)) {
    return typeIn(file) === 'module';
  }
  const parent = path.dirname(folder);
  return parent !== folder && belongsToModulePackage(parent);
}

function typeIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).type;
  } catch (error) {
    console.warn(`${file} cannot be read, so that its files are taken for CommonJS: ${error.message}`);
    return undefined;
  }
}

function property(value, keys) {
  return keys.reduce((inner, key) => (inner && typeof inner === 'object' ? inner[key] : undefined), value);
}

module.exports = { importHandler, requireHandler };
