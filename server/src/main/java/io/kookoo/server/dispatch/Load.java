package io.kookoo.server.dispatch;

/**
 * How much a server has to do at one moment.
 *
 * @param connections that are open
 * @param queued jobs queued and delayed
 * @param running jobs in the hands of workers, calls of the catalog included
 */
public record Load(int connections, int queued, int running) {}
