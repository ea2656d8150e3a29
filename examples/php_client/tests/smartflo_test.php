<?php

declare(strict_types=1);

require_once __DIR__ . '/Fake.php';

/** Run a request that must fail, and return its error. */
function error_of(callable $request): SmartfloError
{
    try {
        $request();
    } catch (SmartfloError $error) {
        return $error;
    }
    throw new LogicException('the request did not fail');
}

function assert_same(mixed $expected, mixed $got): void
{
    if ($expected !== $got) {
        throw new LogicException('expected ' . var_export($expected, true) . ', got ' . var_export($got, true));
    }
}

/** Every status has a name, an unknown one is kept; values have the names of their columns. */
function test_reads_leads(Fake $fake): void
{
    $properties = $fake->admin('GET', '/contract')['$defs']['lead']['properties'];
    $known = array_column($properties['dial_status']['x-known-values'], 'value');
    $leads = array_map(fn (int $status): array => ['dial_status' => $status], [...$known, 99]);
    $leads[0]['updated_at'] = ['$date' => ['$numberLong' => '1700000000000']];
    $leads[0]['field_1'] = 'Asha Example';

    $read = $fake->client()->leads($fake->admin('POST', '/lists', ['leads' => $leads])['id']);

    $statuses = array_column($read, 'status');
    assert_same('unknown (99)', array_pop($statuses));
    assert_same([], preg_grep('/unknown/', $statuses)); // fails if the contract gains a status
    assert_same('2023-11-14T22:13:20+00:00', $read[0]['updatedAt']?->format(DATE_ATOM));
    assert_same('Asha Example', $read[0]['values']['Name']);
    assert_same([], $fake->client()->leads(900_000_000));
    assert_same(1000, count($fake->client()->leads(910_001_000)));
}

/** A number that the list contains is not added again. */
function test_adds_leads(Fake $fake): void
{
    $client = $fake->client();
    $list = $fake->admin('POST', '/lists', ['size' => 0])['id'];
    $leads = [['field_0' => '5550100001', 'field_1' => 'Asha Example'], ['field_0' => '5550100002']];

    $client->addLeads($list, $leads);
    $client->addLeads($list, $leads);

    assert_same(['+915550100001', '+915550100002'], array_column($client->leads($list), 'phone'));
}

/** The client logs in again, whichever status the API sends for an expired token. */
function test_replaces_expired_token(Fake $fake): void
{
    foreach (['401', '200'] as $status) {
        $fake->admin('PATCH', '/quirks', ['expired_token' => $status]);
        $client = $fake->client();
        $client->leads(8668);
        $fake->admin('PATCH', '/clock', ['advance' => 3601]);
        assert_same(25, count($client->leads(8668)));
    }
}

/** Errors have a message in each of their shapes, invalid fields by name, and the seconds to wait. */
function test_reports_errors(Fake $fake): void
{
    $client = $fake->client();
    assert_same('List not found.', error_of(fn () => $client->leads(4711))->getMessage());
    $fake->admin('PATCH', '/quirks', ['unknown_list' => '200_error']);
    assert_same(200, error_of(fn () => $client->leads(4711))->status);
    foreach (['text', 'list'] as $shape) {
        $fake->admin('PATCH', '/quirks', ['validation_errors' => $shape]);
        assert_same(['id' => 'Provide a valid id.'], error_of(fn () => $client->leads(900_000_422))->fields);
    }
    foreach (['text', 'boolean'] as $form) {
        $fake->admin('PATCH', '/quirks', ['rate_limit_success' => $form]);
        $fake->admin('PUT', '/faults', ['rules' => [['steps' => [429], 'retry_after' => 7]]]);
        $error = error_of(fn () => $client->leads(8668));
        assert_same([429, 7], [$error->status, $error->retryAfter]);
    }
}

/** A body that is no JSON, or no response at all, is an error; the next request succeeds. */
function test_reports_unreadable_responses(Fake $fake): void
{
    $client = $fake->client();
    $client->leads(8668);
    foreach (['html' => 200, 'cut_clean' => 200, 'dangling_comma' => 200, 'reset' => 0] as $fault => $status) {
        $fake->admin('PUT', '/faults', ['rules' => [['steps' => [$fault]]]]);
        assert_same($status, error_of(fn () => $client->leads(8668))->status);
        assert_same(25, count($client->leads(8668)));
    }
}
