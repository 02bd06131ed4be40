/** The client processes that the server keeps running on its own machine. */
package io.kookoo.server.local;
