/** What peers say: packets and lines of text, each parsed, passed to the dispatcher and answered. Holds no rules of its own. */
package io.kookoo.server.command;
