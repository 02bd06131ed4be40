'use strict';
// A Gearman client of gearmanode, driven by lines of text. See ../README.md.

const { gearmanode, tell, listen, die, port } = require('./peer');

const client = gearmanode.client({ host: '127.0.0.1', port });
client.on('error', die);
client.on('socketError', (uid, e) => die(e));
client.on('jobServerError', (uid, code, text) => die(`${code}: ${text}`));
client.jobServers[0].setOption('exceptions');

const tasks = [];
const backgroundJobs = new Map();

function run() {
  let open = tasks.length;
  tasks.splice(0).forEach(([how, name, unique, workload], i) => {
    const number = i + 1;
    const background = how.endsWith('_background');
    const options = { background, priority: how.replace('_background', '').toUpperCase(), toStringEncoding: 'utf8' };
    if (unique !== '') {
      options.unique = unique;
    }
    const job = client.submitJob(name, workload, options);
    const last = (...fields) => {
      tell(number, ...fields);
      if (--open === 0) {
        tell('ran');
      }
    };
    job.on('created', () => {
      if (background) {
        backgroundJobs.set(job.handle, job);
        last('created', job.handle);
      } else {
        tell(number, 'created', job.handle);
      }
    });
    job.on('workData', (data) => tell(number, 'data', data));
    job.on('warning', (data) => tell(number, 'warning', data));
    if (!background) {
      job.on('status', (s) => tell(number, 'status', s.percent_done_num, s.percent_done_den));
    }
    job.on('exception', (data) => last('exception', data));
    job.on('failed', () => last('fail'));
    job.on('complete', () => last('complete', job.response));
    job.on('error', die);
  });
}

listen(([command, ...fields]) => {
  switch (command) {
    case 'task':
      tasks.push(fields);
      break;
    case 'run':
      run();
      break;
    case 'status': {
      const job = backgroundJobs.get(fields[0]);
      job.once('status', (s) =>
        tell('status', Number(s.known), Number(s.running), s.percent_done_num, s.percent_done_den));
      job.getStatus();
      break;
    }
  }
});
