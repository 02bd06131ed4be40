/**
 * The report of a session: what clients and functions did from the first client to the last. {@link io.kookoo.server.report.Session} counts,
 * {@link io.kookoo.server.report.Reporter} decides when a session ends, and its thread writes.
 */
package io.kookoo.server.report;
