package io.kookoo.client.shell;

import io.kookoo.client.ConnectionLostException;
import io.kookoo.client.Kookoo;
import io.kookoo.client.Move;
import io.kookoo.client.Pushed;
import io.kookoo.client.TextVerb;
import io.kookoo.client.net.CannotConnectException;
import io.kookoo.client.net.ConnectionLimits;
import io.kookoo.client.net.Servers;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * A shell's connection: made when it is needed, and made anew when it was lost, with the name and the subscriptions that the one before
 * had. Confined to the shell's thread, but for what the connection's own say of it.
 */
final class ServerLink implements Kookoo.Listener, AutoCloseable {
    private final Servers servers;
    private final ConnectionLimits limits;
    private final boolean resubmit;
    private final Dialogue dialogue;

    /** Null before the first. */
    private volatile Kookoo kookoo;
    /** Null without one. Guarded by this, as the subscriptions. */
    private String name;

    private final Set<String> subscriptions = new LinkedHashSet<>();

    /** @param resubmit whether a call that may have been run is submitted again when its connection is lost */
    ServerLink(Servers servers, ConnectionLimits limits, boolean resubmit, Dialogue dialogue) {
        this.servers = servers;
        this.limits = limits;
        this.resubmit = resubmit;
        this.dialogue = dialogue;
    }

    /** A connection that was open a moment ago; blocks, where it has to be made. */
    Kookoo open() throws CannotConnectException, InterruptedException {
        if (kookoo == null) {
            kookoo = Kookoo.connect(servers, limits, resubmit, this);
        } else if (!isOpen()) {
            kookoo.close();
            kookoo = Kookoo.connect(servers, limits, resubmit, this);
            dialogue.note("connected again to " + kookoo.address());
            try {
                takeAgain().get();
            } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
            }
        }
        return kookoo;
    }

    /** Whether {@link #open} would not have to connect. */
    boolean isOpen() {
        return kookoo != null && kookoo.isOpen();
    }

    /** Asks for the name and the subscriptions; ends well when all is answered, whatever the answers are. */
    private synchronized CompletableFuture<Void> takeAgain() {
        CompletableFuture<?> all =
                name == null ? CompletableFuture.completedFuture(null) : takeAgain(TextVerb.NAME, name);
        for (String channel : List.copyOf(subscriptions)) {
            all = CompletableFuture.allOf(all, takeAgain(TextVerb.SUBSCRIBE, channel));
        }
        return CompletableFuture.allOf(all);
    }

    private CompletableFuture<?> takeAgain(TextVerb verb, String argument) {
        return kookoo.ask(verb + " " + argument).handle((answer, failure) -> {
            if (failure != null) {
                dialogue.problem(failure.getCause().getMessage());
                // What is lost now is taken again with the next connection.
                if (verb == TextVerb.SUBSCRIBE && !(failure.getCause() instanceof ConnectionLostException)) {
                    unsubscribed(argument);
                }
            }
            return null;
        });
    }

    private synchronized void unsubscribed(String channel) {
        subscriptions.remove(channel);
    }

    /** Notes what a command that the server has done means for the next connection. */
    synchronized void done(TextVerb verb, String[] words) {
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
    public void moved(Move move) {
        dialogue.note(move.text());
        takeAgain();
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
