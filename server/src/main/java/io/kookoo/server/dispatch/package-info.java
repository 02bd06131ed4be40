/**
 * The owner of all state about jobs, functions and workers. Knows neither sockets nor threads: it is called, appends to
 * outboxes and returns.
 */
package io.kookoo.server.dispatch;
