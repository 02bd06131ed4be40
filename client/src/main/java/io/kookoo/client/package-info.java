/**
 * The library: {@link io.kookoo.client.Kookoo} has functions run by the workers of a server, {@link io.kookoo.client.Worker} offers
 * functions from within another program. The commands of client.jar are written with it. Packages below this one are for its own use,
 * but for {@link io.kookoo.client.function} and the names of {@link io.kookoo.protocol} that stand in signatures.
 */
package io.kookoo.client;
