/** TLS for both sides: the files it rests on, and the stream of bytes that it makes of a socket's. */
package io.kookoo.tls;
