/** Who is let in, and what they may do: tokens, roles, and what each request needs. */
package io.kookoo.server.access;
