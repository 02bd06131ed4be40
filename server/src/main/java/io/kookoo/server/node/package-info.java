/** Nodes: clients with an id that keep in touch. Who they are, whether they live, and what people may ask of them. */
package io.kookoo.server.node;
