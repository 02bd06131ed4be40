<?php
// A Gearman worker of the PHP extension. See ../README.md for its functions.

if (!extension_loaded('gearman')) {
    fwrite(STDERR, "PHP has no extension gearman; \"make peers\" installs it\n");
    exit(1);
}

$worker = new GearmanWorker();
$worker->addServer('127.0.0.1', (int) $argv[1]);

$worker->addFunction('same', fn ($job) => $job->workload());
$worker->addFunction('large', fn ($job) => str_repeat('x', (int) $job->workload()));
$worker->addFunction('progress', function ($job) {
    $job->sendStatus(1, 4);
    $job->sendData('part');
    $job->sendWarning('careful');
    $job->sendStatus(4, 4);
    return 'done';
});
$worker->addFunction('exception', function ($job) {
    $job->sendException('it broke: ' . $job->workload());
    $job->setReturn(GEARMAN_WORK_EXCEPTION);
});
$worker->addFunction('fail', function ($job) {
    $job->setReturn(GEARMAN_WORK_FAIL);
});
$worker->addFunction('hold', function ($job) {
    $job->sendStatus(3, 7);
    // Until the test writes a line.
    fgets(STDIN);
    return $job->workload();
});

// libgearman announces the functions with the first packet.
if (!$worker->ping('ready')) {
    fwrite(STDERR, 'ping: ' . $worker->returnCode() . ' ' . $worker->error() . "\n");
    exit(1);
}
echo "ready\n";
while (true) {
    $worker->work();
    if (!in_array($worker->returnCode(), [GEARMAN_SUCCESS, GEARMAN_WORK_FAIL, GEARMAN_WORK_EXCEPTION], true)) {
        fwrite(STDERR, 'work: ' . $worker->returnCode() . ' ' . $worker->error() . "\n");
        exit(1);
    }
}
