package io.kookoo.server.dispatch;

import io.kookoo.protocol.FunctionName;

/**
 * A function as {@code status} shows it, at one moment.
 *
 * @param total jobs queued and running
 * @param running jobs in the hands of workers
 * @param workers connections that announced it
 */
public record FunctionStatus(FunctionName name, int total, int running, int workers) {}
