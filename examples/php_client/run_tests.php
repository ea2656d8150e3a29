<?php

/**
 * Run the tests with a fake that records value coverage, and print what they were served; with the fake that
 * SMARTFLO_BASE_URL names, if it is set.
 */

declare(strict_types=1);

require_once __DIR__ . '/tests/smartflo_test.php';

const DATA_FILE = '.smartflo-coverage';
const MIN_PERCENT = '40';

$url = getenv('SMARTFLO_BASE_URL'); // smartflo-contract mutate
if ($url !== false) {
    exit(run_tests($url));
}
$command = ['smartflo-contract', 'serve', '--port', '0', '--coverage', DATA_FILE];
$fake = proc_open($command, [1 => ['pipe', 'w'], 2 => STDERR], $pipes);
$url = $fake ? trim((string) fgets($pipes[1])) : '';
if ($url === '') {
    exit(1); // standard error has the reason
}
$failed = run_tests($url);
proc_terminate($fake);
proc_close($fake);
passthru('smartflo-contract coverage report ' . DATA_FILE . ' --fail-under ' . MIN_PERCENT, $status);
exit($failed ?: $status);

/** Run each function named test_*, with an account of its own, and return the exit code. */
function run_tests(string $url): int
{
    $failures = 0;
    $tests = array_filter(get_defined_functions()['user'], fn (string $name): bool => str_starts_with($name, 'test_'));
    foreach ($tests as $test) {
        try {
            $test(new Fake($url));
            echo "ok $test\n";
        } catch (Throwable $error) {
            $failures++;
            echo "not ok $test: {$error->getMessage()} ({$error->getFile()}:{$error->getLine()})\n";
        }
    }
    printf("%d passed, %d failed\n", count($tests) - $failures, $failures);
    return $failures ? 1 : 0;
}
