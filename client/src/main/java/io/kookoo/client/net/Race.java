package io.kookoo.client.net;

import io.kookoo.settings.Settings.Client.Balance;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Several servers are tried at once, each in a thread of its own, so that one that stands still holds up nobody. By their order the next one is
 * begun when the one before has failed, or has not answered for a moment; by their load all at once, and who has answered soon after the first
 * is compared. Run once, by one thread; {@link #close} by any.
 */
final class Race implements AutoCloseable {
    /** A server that answers takes a few milliseconds, and a busy machine some hundred. */
    static final Duration HEAD_START = Duration.ofMillis(500);

    private final Balance balance;
    private final ServerChoice choice;
    private final BlockingQueue<Attempt> ended = new LinkedBlockingQueue<>();
    /** Guarded by this, as all below. */
    private final List<Attempt> attempts = new ArrayList<>();

    private boolean over;

    /** @param choice is told who answers and who does not */
    Race(Balance balance, ServerChoice choice) {
        this.balance = balance;
        this.choice = choice;
    }

    /**
     * Runs it; blocks until there is a winner.
     *
     * @param inOrder the servers, in the order in which they are to be tried
     * @return the connection to the one that the choice has taken, which has answered on it; it belongs to the caller. Where none answers but one
     *     wants a token, a connection to that: there it can be shown one, and who does something else hears that it wants one
     * @throws CannotConnectException when all have failed
     */
    ServerConnection run(List<Connector> inOrder) throws CannotConnectException, InterruptedException {
        long headStart = HEAD_START.toNanos();
        List<Attempt> answered = new ArrayList<>();
        Map<ServerAddress, IOException> failures = new LinkedHashMap<>();
        for (int begun = 0; answered.isEmpty() && failures.size() < inOrder.size(); ) {
            Attempt end;
            if (begun < inOrder.size()) {
                begin(inOrder.get(begun++));
                end = balance == Balance.ORDER ? ended.poll(headStart, TimeUnit.NANOSECONDS) : ended.poll();
            } else {
                end = ended.take();
            }
            if (end != null) {
                end.sort(answered, failures);
            }
        }
        if (answered.isEmpty()) {
            return toOneThatWantsAToken(inOrder, failures);
        }
        long until = System.nanoTime() + (balance == Balance.LEAST ? headStart : 0);
        while (answered.size() + failures.size() < inOrder.size()) {
            Attempt end = ended.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (end == null) {
                break;
            }
            end.sort(answered, failures);
        }
        return winner(answered);
    }

    private ServerConnection toOneThatWantsAToken(List<Connector> inOrder, Map<ServerAddress, IOException> failures)
            throws CannotConnectException {
        for (Connector connector : inOrder) {
            if (failures.get(connector.address()) instanceof TokenException refusal && refusal.isWanted()) {
                ServerConnection connection = connector.open();
                choice.choose(Map.of(connector.address(), 0L));
                return connection;
            }
        }
        throw new CannotConnectException(failures);
    }

    private ServerConnection winner(List<Attempt> answered) {
        ServerAddress best = choice.choose(
                answered.stream().collect(Collectors.toMap(attempt -> attempt.server(), attempt -> attempt.load)));
        Attempt winner = answered.stream()
                .filter(attempt -> attempt.server().equals(best))
                .findFirst()
                .orElseThrow();
        synchronized (this) {
            attempts.remove(winner);
            return winner.connection;
        }
    }

    private void begin(Connector connector) {
        Attempt attempt = new Attempt(connector);
        synchronized (this) {
            attempts.add(attempt);
        }
        Thread thread = new Thread(attempt, "kookoo-try-" + connector.address());
        thread.setDaemon(true);
        thread.start();
    }

    /** Ends all attempts but the one that has won; a race that still runs fails. */
    @Override
    public synchronized void close() {
        over = true;
        attempts.forEach(Attempt::end);
    }

    /** One server is tried. */
    private final class Attempt implements Runnable {
        private final Connector connector;
        /** Null before it is there. Guarded by the race. */
        private ServerConnection connection;
        /** Null where the server has answered. Written before the attempt has ended, as the load. */
        private IOException failure;

        private long load;

        Attempt(Connector connector) {
            this.connector = connector;
        }

        ServerAddress server() {
            return connector.address();
        }

        @Override
        public void run() {
            try {
                load = SignOfLife.ask(opened(), balance);
                choice.answered(server());
            } catch (IOException e) {
                failed(e);
            } catch (RuntimeException | Error e) {
                failed(new IOException("internal error: " + e, e));
            }
            ended.add(this);
        }

        private ServerConnection opened() throws IOException {
            ServerConnection opened = connector.open();
            synchronized (Race.this) {
                connection = opened;
                if (over) {
                    end();
                }
            }
            return opened;
        }

        private void failed(IOException e) {
            failure = e;
            synchronized (Race.this) {
                if (!over) {
                    choice.silent(server());
                }
                end();
            }
        }

        private void end() {
            assert Thread.holdsLock(Race.this);
            if (connection != null) {
                connection.close();
            }
        }

        void sort(List<Attempt> answered, Map<ServerAddress, IOException> failures) {
            if (failure == null) {
                answered.add(this);
            } else {
                failures.put(server(), failure);
            }
        }
    }
}
