/**
 * The store in a database file of SQLite. The one package that knows JDBC.
 *
 * <pre>
 *   commit, begin, purge -> SqliteJobStore.writing (lock) -> Writer -> file-wal -> file
 *   find, jobs, unfinished -> SqliteJobStore.reading (lock) -> Reader, which sees what was committed and waits for nobody
 *   backup -> a connection of its own
 * </pre>
 */
package io.kookoo.server.store.sqlite;
