/** A file of lines, cut into chunks, run by many workers, with the results in the order of the lines. */
package io.kookoo.client.batch;
