package io.kookoo.client;

import io.kookoo.client.net.CannotConnectException;
import io.kookoo.client.net.ConnectionLimits;
import io.kookoo.client.net.ScriptedServer;
import io.kookoo.client.net.Servers;

/** One that submits what a test says and nothing else: once, and without uniques of its own. */
public final class PlainKookoo {
    private PlainKookoo() {}

    public static Kookoo connect(ScriptedServer server) throws CannotConnectException, InterruptedException {
        return Kookoo.connect(Servers.of(server.address()), ConnectionLimits.USUAL, false, Kookoo.NOBODY);
    }
}
