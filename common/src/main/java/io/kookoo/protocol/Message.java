package io.kookoo.protocol;

/** What a {@link PacketReader} read: a packet, a line of text, or something it has to refuse. */
public sealed interface Message permits Packet, TextLine, Refusal {}
