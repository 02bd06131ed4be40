'use strict';
// A Gearman worker of gearmanode. See ../README.md for its functions.

const { gearmanode, tell, listen, die, port } = require('./peer');

const worker = gearmanode.worker({ host: '127.0.0.1', port });
worker.on('error', die);
worker.on('socketError', (uid, e) => die(e));
worker.on('jobServerError', (uid, code, text) => die(`${code}: ${text}`));

const held = [];
// Lines of the test that came before their job was read.
let released = 0;
const release = (job) => job.workComplete(job.payload);
const functions = {
  same: (job) => job.workComplete(job.payload),
  large: (job) => job.workComplete('x'.repeat(Number(job.payload))),
  progress: (job) => {
    job.reportStatus(1, 4);
    job.sendWorkData('part');
    job.reportWarning('careful');
    job.reportStatus(4, 4);
    job.workComplete('done');
  },
  exception: (job) => job.reportException('it broke: ' + job.payload),
  fail: (job) => job.reportError(),
  hold: (job) => {
    job.reportStatus(3, 7);
    if (released > 0) {
      released--;
      release(job);
    } else {
      held.push(job);
    }
  },
};
for (const [name, run] of Object.entries(functions)) {
  worker.addFunction(name, run, { toStringEncoding: 'utf8' });
}

// The answer comes when the server knows all functions.
worker.jobServers[0].once('echo', tell);
worker.jobServers[0].echo('ready');

// Each line of the test lets one held job end, or the next.
listen(() => {
  if (held.length > 0) {
    release(held.shift());
  } else {
    released++;
  }
});
