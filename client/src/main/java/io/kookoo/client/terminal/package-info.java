/** The terminal that a person sits at: the one place that knows the terminal library. */
package io.kookoo.client.terminal;
