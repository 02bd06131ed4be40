/** Sockets: accepting, reading and writing them, and the threads that do. Knows packets, not jobs. */
package io.kookoo.server.net;
