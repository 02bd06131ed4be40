/**
 * The log: weekly files that the server and all clients of a machine share, a copy on standard output and at a syslog
 * server. {@link io.kookoo.log.KookooLog} is the door; {@link io.kookoo.log.LogEvent} writes the messages.
 */
package io.kookoo.log;
