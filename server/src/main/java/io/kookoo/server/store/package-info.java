/**
 * What survives a crash: accepted background jobs, and how calls ended. {@link io.kookoo.server.store.JobStore} is the
 * contract; nothing here knows the dispatcher, and nothing outside of {@code sqlite} knows JDBC.
 */
package io.kookoo.server.store;
