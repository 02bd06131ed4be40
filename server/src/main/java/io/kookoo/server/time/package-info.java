/** The one clock and the one heap of moments to wait for. */
package io.kookoo.server.time;
