<?php
// A Gearman client of the PHP extension, driven by lines of text. See ../README.md.

if (!extension_loaded('gearman')) {
    fwrite(STDERR, "PHP has no extension gearman; \"make peers\" installs it\n");
    exit(1);
}

function tell(...$fields): void
{
    echo implode("\t", array_map(fn ($field) => rawurlencode((string) $field), $fields)), "\n";
}

$client = new GearmanClient();
$client->addServer('127.0.0.1', (int) $argv[1], true);

$client->setCreatedCallback(fn ($task, $number) => tell($number, 'created', $task->jobHandle()));
$client->setDataCallback(fn ($task, $number) => tell($number, 'data', $task->data()));
$client->setWarningCallback(fn ($task, $number) => tell($number, 'warning', $task->data()));
$client->setStatusCallback(
    fn ($task, $number) => tell($number, 'status', $task->taskNumerator(), $task->taskDenominator())
);
$client->setExceptionCallback(fn ($task, $number) => tell($number, 'exception', $task->data()));
$client->setFailCallback(fn ($task, $number) => tell($number, 'fail'));
$client->setCompleteCallback(fn ($task, $number) => tell($number, 'complete', $task->data()));

$add = [
    'high' => 'addTaskHigh',
    'normal' => 'addTask',
    'low' => 'addTaskLow',
    'high_background' => 'addTaskHighBackground',
    'normal_background' => 'addTaskBackground',
    'low_background' => 'addTaskLowBackground',
];
$number = 0;
while (($line = fgets(STDIN)) !== false) {
    $fields = array_map('rawurldecode', explode("\t", rtrim($line, "\n")));
    switch ($fields[0]) {
        case 'task':
            [, $how, $function, $unique, $workload] = $fields;
            $client->{$add[$how]}($function, $workload, ++$number, $unique === '' ? null : $unique);
            break;
        case 'run':
            // What went wrong with a single task is told by its callbacks.
            $client->runTasks();
            tell('ran');
            $number = 0;
            break;
        case 'status':
            $status = $client->jobStatus($fields[1]);
            tell('status', (int) $status[0], (int) $status[1], $status[2], $status[3]);
            break;
    }
}
