<?php

declare(strict_types=1);

require_once __DIR__ . '/../src/Smartflo.php';

/** An account of the fake for one test: a login of its own, and its part of the admin API. */
final class Fake
{
    private readonly string $email;

    /** @param string $url root of the fake */
    public function __construct(private readonly string $url)
    {
        $this->email = bin2hex(random_bytes(8)) . '@example.com';
    }

    /** Return a client that logs in to the account. */
    public function client(): Smartflo
    {
        return new Smartflo($this->url, $this->email, 'any');
    }

    /** Send a request to the admin API for the account, and return the content of its response. */
    public function admin(string $method, string $path, mixed $body = null): mixed
    {
        $http = ['method' => $method, 'header' => 'Content-Type: application/json'];
        if ($body !== null) {
            $http['content'] = json_encode($body, JSON_THROW_ON_ERROR);
        }
        $url = "$this->url/__admin$path?login=" . rawurlencode($this->email);
        $content = file_get_contents($url, false, stream_context_create(['http' => $http]));
        return json_decode((string) $content, true, 64, JSON_THROW_ON_ERROR);
    }
}
