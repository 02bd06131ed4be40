package io.kookoo.client.command;

import io.kookoo.client.ConnectionLostException;
import io.kookoo.client.Kookoo;
import io.kookoo.client.Move;
import io.kookoo.client.Pushed;
import java.util.function.Consumer;

/** Tells a person that a command goes on at another server, or over another connection. */
final class Moves implements Kookoo.Listener {
    private volatile Consumer<String> remarks = text -> {};

    /** Where remarks go from now on; told by any thread. Before there is a place there is nothing under way to be remarked on. */
    void tell(Consumer<String> place) {
        remarks = place;
    }

    @Override
    public void moved(Move move) {
        remarks.accept(move.text());
    }

    @Override
    public void pushed(Pushed pushed) {
        // Nothing is subscribed to.
    }

    @Override
    public void lost(ConnectionLostException reason) {
        // Whatever was under way says so.
    }
}
