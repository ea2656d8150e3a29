<?php

declare(strict_types=1);

/** The API rejects a request, or its response cannot be read. */
final class SmartfloError extends RuntimeException
{
    /**
     * @param int $status HTTP status; 0 if there is no response
     * @param array<string, string> $fields invalid field to message
     * @param int|null $retryAfter seconds to wait before the next request, if the API names them
     */
    public function __construct(
        string $message,
        public readonly int $status,
        public readonly array $fields = [],
        public readonly ?int $retryAfter = null,
    ) {
        parent::__construct($message);
    }
}

/** A client of the Smartflo API that reads and adds leads, with PHP's HTTP streams only. */
final class Smartflo
{
    private const STATUSES = [
        1 => 'new',
        2 => 'message played',
        3 => 'DTMF pressed',
        4 => 'no answer',
        5 => 'do not disturb',
        6 => 'busy',
        7 => 'congestion',
        8 => 'failed',
        9 => 'do not disturb (account)',
    ];

    private ?string $token = null;

    public function __construct(
        private readonly string $baseUrl,
        private readonly string $email,
        private readonly string $password,
        private readonly float $timeoutSeconds = 10.0,
    ) {
    }

    /**
     * Return the leads of a list: id, phone, values by column name, status, and when the lead was updated.
     *
     * @return list<array{id: string, phone: string, values: array<string, string>, status: string, updatedAt: ?DateTimeImmutable}>
     */
    public function leads(int $listId): array
    {
        $leads = $this->call('GET', "/v1/broadcast/leads/$listId");
        if (!is_array($leads) || !array_is_list($leads)) {
            throw new SmartfloError("list $listId: expected an array of leads", 200);
        }
        return array_map($this->leadOf(...), $leads);
    }

    /**
     * Add leads to a list, except numbers that it contains, and return the id of the batch.
     *
     * @param list<array<string, string>> $leads field to value, such as field_0 for the phone number
     */
    public function addLeads(int $listId, array $leads): string
    {
        $body = ['data' => $leads, 'duplicate_option' => 'skip'];
        return (string) $this->call('POST', "/v1/broadcast/leads/$listId", $body)['batch_id'];
    }

    /** Return the content of a response; a token that has expired is replaced once. */
    private function call(string $method, string $path, ?array $body = null): mixed
    {
        $this->token ??= $this->logIn();
        try {
            return $this->send($method, $path, $body);
        } catch (SmartfloError $error) {
            // An expired token may be reported with status 200.
            if ($error->status !== 401 && !str_contains($error->getMessage(), 'Token')) {
                throw $error;
            }
        }
        $this->token = $this->logIn();
        return $this->send($method, $path, $body);
    }

    private function logIn(): string
    {
        $this->token = null;
        $login = ['email' => $this->email, 'password' => $this->password];
        return $this->send('POST', '/v1/auth/login', $login)['access_token'];
    }

    private function send(string $method, string $path, ?array $body): mixed
    {
        $headers = ['Accept: application/json'];
        if ($this->token !== null) {
            $headers[] = "Authorization: Bearer $this->token";
        }
        $http = ['method' => $method, 'timeout' => $this->timeoutSeconds, 'ignore_errors' => true];
        if ($body !== null) {
            $headers[] = 'Content-Type: application/json';
            $http['content'] = json_encode($body, JSON_THROW_ON_ERROR);
        }
        $context = stream_context_create(['http' => $http + ['header' => $headers]]);
        $content = @file_get_contents($this->baseUrl . $path, false, $context);
        $received = $http_response_header ?? [];
        $status = (int) (explode(' ', $received[0] ?? '')[1] ?? 0);
        if ($content === false) {
            throw new SmartfloError("$method $path: no response", $status);
        }
        try {
            $decoded = json_decode($content, true, 64, JSON_THROW_ON_ERROR | JSON_BIGINT_AS_STRING);
        } catch (JsonException) {
            throw new SmartfloError("$method $path: the response is not JSON, or incomplete", $status);
        }
        self::throwIfError($status, $decoded, $received);
        return $decoded;
    }

    /**
     * Throw if a body is an error, in any of its shapes: `success` is false or "false", also with status 200; or the
     * body maps each invalid field to a message, or to a list of messages.
     *
     * @param list<string> $headers
     */
    private static function throwIfError(int $status, mixed $body, array $headers): void
    {
        $success = is_array($body) ? ($body['success'] ?? null) : null;
        if ($success === false || $success === 'false') {
            throw new SmartfloError((string) $body['message'], $status, retryAfter: self::retryAfter($headers));
        }
        if ($status >= 400) {
            $fields = array_map(fn (mixed $messages): string => implode(' ', (array) $messages), (array) $body);
            throw new SmartfloError(implode(', ', $fields), $status, $fields);
        }
    }

    /** @param list<string> $headers */
    private static function retryAfter(array $headers): ?int
    {
        foreach ($headers as $header) {
            if (preg_match('/^Retry-After: *([0-9]+)$/i', $header, $match)) {
                return (int) $match[1];
            }
        }
        return null;
    }

    /** @param array<string, mixed> $lead */
    private function leadOf(array $lead): array
    {
        $header = $lead['header'] ?? '[]';
        $columns = is_string($header) ? json_decode($header, true) ?? [] : $header;
        $values = [];
        foreach ($columns as $number => $name) {
            $values[$name] = (string) ($lead["field_$number"] ?? '');
        }
        $milliseconds = $lead['updated_at']['$date']['$numberLong'] ?? null;
        return [
            'id' => (string) $lead['lead_id'],
            'phone' => $lead['field_0'],
            'values' => $values,
            'status' => self::STATUSES[$lead['dial_status']] ?? "unknown ({$lead['dial_status']})",
            'updatedAt' => $milliseconds === null ? null : new DateTimeImmutable('@' . intdiv((int) $milliseconds, 1000)),
        ];
    }
}
