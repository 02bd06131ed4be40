/** What {@code client.jar run} does: a poller for calls of the catalog, a worker for submitted jobs. */
package io.kookoo.client.run;
