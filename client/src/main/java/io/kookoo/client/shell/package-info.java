/** A conversation with a server, line after line: calls, text commands, and what comes from its channels. */
package io.kookoo.client.shell;
