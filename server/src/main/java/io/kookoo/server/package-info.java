/** The server program: arguments, the parts and their order of starting and stopping. */
package io.kookoo.server;
