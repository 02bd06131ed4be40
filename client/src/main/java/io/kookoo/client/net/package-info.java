/** The client's side of the network: one connection to a server, how it is opened, and how it is opened again. */
package io.kookoo.client.net;
