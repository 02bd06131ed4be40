'use strict';
// What the client and the worker share: gearmanode, made quiet and fit for newer Nodes, and the lines that the test reads.

// Each packet that waits for the connection is a listener.
require('events').defaultMaxListeners = 0;
const util = require('util');
// Newer Nodes have only the one of Array.
util.isArray = util.isArray || Array.isArray;

let gearmanode;
try {
  const winston = require('winston');
  winston.configure({ silent: true });
  winston.loggers.options = { silent: true };
  gearmanode = require('gearmanode');
} catch (e) {
  console.error(`${e.message}\n"make peers" installs what is missing`);
  process.exit(1);
}

/** Prints a line of fields. */
function tell(...fields) {
  process.stdout.write(fields.map((field) => encodeURIComponent(String(field))).join('\t') + '\n');
}

/** Hands over each line of standard input, as its fields, and ends with it. */
function listen(take) {
  require('readline')
    .createInterface({ input: process.stdin })
    .on('line', (line) => take(line.split('\t').map(decodeURIComponent)))
    .on('close', () => process.exit(0));
}

/** What nobody expected ends the program. */
function die(e) {
  console.error(e);
  process.exit(1);
}

module.exports = { gearmanode, tell, listen, die, port: Number(process.argv[2]) };
