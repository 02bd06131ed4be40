package io.kookoo.client;

import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.PacketWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;

/** A text command, and its answer of one line or several. The lines are taken by the thread that reads where it was asked. */
final class Question implements Request {
    /** The line that ends a list. */
    private static final String END = ".";
    /** Whoever ends so many connections before it answers will not answer. */
    private static final int MOST_LOST = 20;

    private final String command;
    private final boolean list;
    private final CompletableFuture<List<String>> answer;
    private final boolean forOneConnection;
    private final List<String> lines = new ArrayList<>();
    private int timesLost;

    /**
     * @param list whether the answer is lines up to one of a full stop, which is left out
     * @param answer to be completed
     */
    Question(String command, boolean list, CompletableFuture<List<String>> answer) {
        this(command, list, answer, false);
    }

    private Question(String command, boolean list, CompletableFuture<List<String>> answer, boolean forOneConnection) {
        if (command.isBlank() || command.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("a text command is one line, this is none: \"" + command + "\"");
        }
        TextVerb.of(command).ifPresent(verb -> {
            // What comes is not what is waited for: the connection would be out of step, or wait for ever.
            if (verb.isList() != list) {
                throw new IllegalArgumentException("the answer to \"" + verb + "\" is "
                        + (list ? "one line: ask for it with ask" : "a list: ask for it with askList"));
            }
        });
        this.command = command;
        this.list = list;
        this.answer = answer;
        this.forOneConnection = forOneConnection;
    }

    /** What asks to cancel a job where it was submitted. */
    static Question cancelling(JobHandle job, CompletableFuture<List<String>> answer) {
        return new Question("cancel job " + job, false, answer, true);
    }

    /**
     * Whether a line that looks as if it were sent unasked belongs to the answer: once that has begun, and where the kept messages of its
     * channel are asked for. One of that channel that comes just before them is among them as well.
     */
    boolean has(Pushed pushed) {
        return !lines.isEmpty()
                || pushed instanceof Pushed.Message message
                        && command.strip().matches("(?i)history\\s+" + Pattern.quote(message.channel()) + "(\\s.*)?");
    }

    /** A line of the answer; whether it is the last. */
    boolean take(String line) {
        if (lines.isEmpty()) {
            try {
                RefusedException.check(command, line);
            } catch (RefusedException e) {
                answer.completeExceptionally(e);
                return true;
            }
        }
        boolean end = line.equals(END);
        if (!list || !end) {
            lines.add(line);
        }
        if (list && !end) {
            return false;
        }
        answer.complete(List.copyOf(lines));
        return true;
    }

    @Override
    public int bytes() {
        return command.length() + 1;
    }

    @Override
    public boolean begin(Exchange on) {
        return true;
    }

    @Override
    public void write(PacketWriter writer) {
        writer.text(command + "\n");
    }

    @Override
    public boolean waitsForStore() {
        return TextVerb.of(command).filter(TextVerb::waitsForStore).isPresent();
    }

    /** What only asks may be asked of another server, if not for ever; what does something may have been done. */
    @Override
    public boolean beginAgain(boolean resubmit) {
        lines.clear();
        return timesLost++ < MOST_LOST
                && TextVerb.of(command).filter(TextVerb::onlyAsks).isPresent();
    }

    @Override
    public boolean isForOneConnection() {
        return forOneConnection;
    }

    @Override
    public void fail(Exception reason) {
        answer.completeExceptionally(reason);
    }
}
