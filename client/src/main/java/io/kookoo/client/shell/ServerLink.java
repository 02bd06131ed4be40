package io.kookoo.client.shell;

import io.kookoo.client.ConnectionLostException;
import io.kookoo.client.Kookoo;
import io.kookoo.client.Pushed;
import io.kookoo.client.TextVerb;
import io.kookoo.client.net.CannotConnectException;
import io.kookoo.client.net.ConnectionLimits;
import io.kookoo.client.net.ServerAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;

/**
 * A shell's connection: made when it is needed, and made anew when it was lost, with the name and the subscriptions that the one before
 * had. Confined to the shell's thread, but for what the connection's own says of it.
 */
final class ServerLink implements Kookoo.Listener, AutoCloseable {
    private final ServerAddress address;
    private final ConnectionLimits limits;
    private final Dialogue dialogue;

    /** Null before the first. */
    private Kookoo kookoo;
    /** Null without one. */
    private String name;

    private final Set<String> subscriptions = new LinkedHashSet<>();

    ServerLink(ServerAddress address, ConnectionLimits limits, Dialogue dialogue) {
        this.address = address;
        this.limits = limits;
        this.dialogue = dialogue;
    }

    /** A connection that was open a moment ago; blocks, where it has to be made. */
    Kookoo open() throws CannotConnectException, InterruptedException {
        if (kookoo == null) {
            kookoo = Kookoo.connect(address, limits, this);
        } else if (!isOpen()) {
            kookoo = Kookoo.connect(address, limits, this);
            dialogue.note("connected again to " + address);
            if (name != null) {
                takeAgain(TextVerb.NAME, name);
            }
            for (String channel : List.copyOf(subscriptions)) {
                if (!takeAgain(TextVerb.SUBSCRIBE, channel)) {
                    subscriptions.remove(channel);
                }
            }
        }
        return kookoo;
    }

    /** Whether {@link #open} would not have to connect. */
    boolean isOpen() {
        return kookoo != null && kookoo.isOpen();
    }

    private boolean takeAgain(TextVerb verb, String argument) throws InterruptedException {
        try {
            kookoo.ask(verb + " " + argument).get();
            return true;
        } catch (ExecutionException e) {
            dialogue.problem(e.getCause().getMessage());
            // What is lost now is taken again with the next connection.
            return e.getCause() instanceof ConnectionLostException;
        }
    }

    /** Notes what a command that the server has done means for the next connection. */
    void done(TextVerb verb, String[] words) {
        if (words.length < 2) {
            return;
        }
        switch (verb) {
            case NAME -> name = words[1];
            case SUBSCRIBE -> subscriptions.add(words[1]);
            case UNSUBSCRIBE -> subscriptions.remove(words[1]);
            default -> {
                // The others leave nothing behind that would end with the connection.
            }
        }
    }

    @Override
    public void pushed(Pushed pushed) {
        dialogue.message(pushed);
    }

    @Override
    public void lost(ConnectionLostException reason) {
        dialogue.note(reason.getMessage() + "; the next line connects again");
    }

    /** Ends the connection; the next {@link #open} makes another. */
    @Override
    public void close() {
        if (kookoo != null) {
            kookoo.close();
        }
    }
}
