package io.kookoo.fuzz;

import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * What is tried with random bytes. The target of each has the method that Jazzer calls, {@code fuzzerTestOneInput(byte[])}, which throws
 * where a rule is broken; anything else it does with an input is right.
 */
enum Harness {
    PACKET_READER(PacketReaderTarget.class, PacketReaderTarget::fuzzerTestOneInput),
    CONVERSATION(ConversationTarget.class, ConversationTarget::fuzzerTestOneInput),
    STRANGER(StrangerTarget.class, StrangerTarget::fuzzerTestOneInput),
    CALL(CallTarget.class, CallTarget::fuzzerTestOneInput),
    CALCULATOR(CalculatorTarget.class, CalculatorTarget::fuzzerTestOneInput),
    SETTINGS(SettingsTarget.class, SettingsTarget::fuzzerTestOneInput);

    private static final Path CORPUS = Path.of("fuzz").toAbsolutePath();

    private final Class<?> target;
    private final Consumer<byte[]> once;

    Harness(Class<?> target, Consumer<byte[]> once) {
        this.target = target;
        this.once = once;
    }

    /** The class whose method Jazzer calls. */
    Class<?> target() {
        return target;
    }

    /** Tries one input, in this JVM. */
    void run(byte[] input) {
        once.accept(input);
    }

    /** As folders and options name it: {@code packet-reader}. */
    String title() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The folder of the inputs that are kept: one file each. */
    Path corpus() {
        return CORPUS.resolve(title());
    }
}
