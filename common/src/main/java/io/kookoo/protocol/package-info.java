/**
 * The Gearman protocol on the wire: the command table, packets, and the readers and writers of bytes. Both the server and
 * the client use it; it knows neither sockets nor jobs.
 */
package io.kookoo.protocol;
