/** What server and client say of themselves. */
package io.kookoo;
