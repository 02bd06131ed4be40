/** The catalog: the calls of functions.txt. */
package io.kookoo.server.catalog;
